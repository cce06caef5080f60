// SPDX-License-Identifier: Apache-2.0

package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ClusterFinalizer keeps an OpenStackCluster until its network and security groups are gone.
const ClusterFinalizer = "openstackcluster.infrastructure.cluster.x-k8s.io"

// OpenStackClusterSpec describes the network and the endpoint of a cluster.
// +kubebuilder:validation:XValidation:rule="has(self.disableExternalNetwork) && self.disableExternalNetwork ? !has(self.bastion) || !has(self.bastion.floatingIP) : true",message="bastion floating IP cannot be set when disableExternalNetwork is true"
// +kubebuilder:validation:XValidation:rule="has(self.disableExternalNetwork) && self.disableExternalNetwork ? has(self.disableAPIServerFloatingIP) && self.disableAPIServerFloatingIP : true",message="disableAPIServerFloatingIP cannot be false when disableExternalNetwork is true"
type OpenStackClusterSpec struct {
	// managedSubnets are subnets to make, with a network and a router around them.
	// +kubebuilder:validation:MaxItems=1
	// +listType=atomic
	// +optional
	ManagedSubnets []SubnetSpec `json:"managedSubnets,omitempty"`

	// router is an existing router for managed subnets.
	// +optional
	Router *RouterParam `json:"router,omitempty"`

	// network is an existing network, used when no managed subnets are given.
	// +optional
	Network *NetworkParam `json:"network,omitempty"`

	// subnets are existing subnets of that network; all of them when empty.
	// +listType=atomic
	// +optional
	Subnets []SubnetParam `json:"subnets,omitempty"`

	// primarySubnet is the one of several subnets that load balancers and new nodes use.
	// +optional
	PrimarySubnet *SubnetParam `json:"primarySubnet,omitempty"`

	// networkMTU of a managed network.
	// +optional
	NetworkMTU *int `json:"networkMTU,omitempty"`

	// externalRouterIPs are addresses of a managed router on external subnets.
	// +listType=atomic
	// +optional
	ExternalRouterIPs []ExternalRouterIPParam `json:"externalRouterIPs,omitempty"`

	// externalNetwork gives access from and to the outside; the only external network when unset.
	// +optional
	ExternalNetwork *NetworkParam `json:"externalNetwork,omitempty"`

	// disableExternalNetwork leaves the cluster without an external network.
	// +optional
	DisableExternalNetwork *bool `json:"disableExternalNetwork,omitempty"`

	// apiServerLoadBalancer puts a load balancer before the API server.
	// +optional
	APIServerLoadBalancer *APIServerLoadBalancer `json:"apiServerLoadBalancer,omitempty"`

	// disableAPIServerFloatingIP leaves the API server without a floating IP.
	// +optional
	DisableAPIServerFloatingIP *bool `json:"disableAPIServerFloatingIP,omitempty"`

	// apiServerFloatingIP is the floating IP of the API server; a new one when unset.
	// +optional
	APIServerFloatingIP *string `json:"apiServerFloatingIP,omitempty"`

	// apiServerFixedIP is the fixed IP of the API server.
	// +optional
	APIServerFixedIP *string `json:"apiServerFixedIP,omitempty"`

	// apiServerPort is the port of the API server.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=65535
	// +optional
	APIServerPort *int `json:"apiServerPort,omitempty"`

	// managedSecurityGroups asks for security groups made by the provider.
	// +optional
	ManagedSecurityGroups *ManagedSecurityGroups `json:"managedSecurityGroups,omitempty"`

	// disablePortSecurity switches port security off on a managed network.
	// +optional
	DisablePortSecurity *bool `json:"disablePortSecurity,omitempty"`

	// tags of everything that is made for the cluster.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`

	// controlPlaneEndpoint is where the API server answers.
	// +optional
	ControlPlaneEndpoint *APIEndpoint `json:"controlPlaneEndpoint,omitempty"`

	// controlPlaneAvailabilityZones are the zones of control plane machines.
	// +listType=set
	// +optional
	ControlPlaneAvailabilityZones []string `json:"controlPlaneAvailabilityZones,omitempty"`

	// controlPlaneOmitAvailabilityZone leaves the choice of the zone to Nova.
	// +optional
	ControlPlaneOmitAvailabilityZone *bool `json:"controlPlaneOmitAvailabilityZone,omitempty"`

	// bastion is a server to log in to the nodes; the stand-in does not make one.
	// +optional
	Bastion *Bastion `json:"bastion,omitempty"`

	// identityRef names the credentials.
	// +required
	IdentityRef OpenStackIdentityReference `json:"identityRef"`
}

// APIEndpoint is a host and a port.
type APIEndpoint struct {
	// host of the endpoint.
	// +required
	Host string `json:"host"`

	// port of the endpoint.
	// +required
	Port int32 `json:"port"`
}

// SubnetSpec describes a subnet to make.
type SubnetSpec struct {
	// cidr of the subnet.
	// +required
	CIDR string `json:"cidr"`

	// dnsNameservers of the subnet.
	// +optional
	DNSNameservers []string `json:"dnsNameservers,omitempty"`

	// allocationPools of the subnet.
	// +optional
	AllocationPools []AllocationPool `json:"allocationPools,omitempty"`
}

// AllocationPool is a range of addresses.
type AllocationPool struct {
	// start is the first address.
	// +required
	Start string `json:"start"`

	// end is the last address.
	// +required
	End string `json:"end"`
}

// ExternalRouterIPParam is an address of a router on an external subnet.
type ExternalRouterIPParam struct {
	// fixedIP in the subnet.
	// +optional
	FixedIP string `json:"fixedIP,omitempty"`

	// subnet of the address.
	// +required
	Subnet SubnetParam `json:"subnet"`
}

// APIServerLoadBalancer describes the load balancer before the API server.
type APIServerLoadBalancer struct {
	// enabled says whether there is one.
	// +kubebuilder:default=true
	// +required
	Enabled *bool `json:"enabled"`

	// additionalPorts to balance.
	// +listType=set
	// +optional
	AdditionalPorts []int `json:"additionalPorts,omitempty"`

	// allowedCIDRs that may reach the API server.
	// +listType=set
	// +optional
	AllowedCIDRs []string `json:"allowedCIDRs,omitempty"`

	// provider is an Octavia provider.
	// +optional
	Provider *string `json:"provider,omitempty"`

	// network of the load balancer.
	// +optional
	Network *NetworkParam `json:"network,omitempty"`

	// subnets of the load balancer.
	// +listType=atomic
	// +optional
	Subnets []SubnetParam `json:"subnets,omitempty"`

	// availabilityZone of the load balancer.
	// +optional
	AvailabilityZone *string `json:"availabilityZone,omitempty"`

	// flavor of the load balancer.
	// +optional
	Flavor *string `json:"flavor,omitempty"`

	// monitor of the members' health.
	// +optional
	Monitor *APIServerLoadBalancerMonitor `json:"monitor,omitempty"`
}

// APIServerLoadBalancerMonitor describes how the members' health is checked.
type APIServerLoadBalancerMonitor struct {
	// delay between two probes, in seconds.
	// +kubebuilder:validation:Minimum=0
	// +optional
	Delay int `json:"delay,omitempty"`

	// timeout of a probe, in seconds.
	// +kubebuilder:validation:Minimum=0
	// +optional
	Timeout int `json:"timeout,omitempty"`

	// maxRetries is the number of good probes that make a member healthy.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	// +optional
	MaxRetries int `json:"maxRetries,omitempty"`

	// maxRetriesDown is the number of bad probes that make a member unhealthy.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10
	// +optional
	MaxRetriesDown int `json:"maxRetriesDown,omitempty"`
}

// IsEnabled says whether a load balancer is wanted.
func (l *APIServerLoadBalancer) IsEnabled() bool {
	return l != nil && (l.Enabled == nil || *l.Enabled)
}

// Bastion describes a server to log in to the nodes.
// +kubebuilder:validation:XValidation:rule="!self.enabled || has(self.spec)",message="spec is required if bastion is enabled"
type Bastion struct {
	// enabled says whether there is one.
	// +kubebuilder:default=true
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// spec of the server.
	// +optional
	Spec *OpenStackMachineSpec `json:"spec,omitempty"`

	// availabilityZone of the server.
	// +optional
	AvailabilityZone *string `json:"availabilityZone,omitempty"`

	// floatingIP of the server.
	// +kubebuilder:validation:Format=ipv4
	// +optional
	FloatingIP *string `json:"floatingIP,omitempty"`
}

// OpenStackClusterStatus is what was observed of a cluster.
type OpenStackClusterStatus struct {
	// ready follows the Ready condition.
	// +kubebuilder:default=false
	// +optional
	Ready bool `json:"ready"`

	// initialization of the cluster.
	// +optional
	Initialization *Initialization `json:"initialization,omitempty"`

	// network of the cluster.
	// +optional
	Network *NetworkStatusWithSubnets `json:"network,omitempty"`

	// externalNetwork of the cluster.
	// +optional
	ExternalNetwork *NetworkStatus `json:"externalNetwork,omitempty"`

	// router of the cluster.
	// +optional
	Router *RouterStatus `json:"router,omitempty"`

	// apiServerLoadBalancer describes the load balancer before the API server.
	// +optional
	APIServerLoadBalancer *LoadBalancerStatus `json:"apiServerLoadBalancer,omitempty"`

	// failureDomains are Nova's availability zones.
	// +listType=map
	// +listMapKey=name
	// +optional
	FailureDomains []FailureDomain `json:"failureDomains,omitempty"`

	// controlPlaneSecurityGroup of the control plane machines.
	// +optional
	ControlPlaneSecurityGroup *SecurityGroupStatus `json:"controlPlaneSecurityGroup,omitempty"`

	// workerSecurityGroup of the workers.
	// +optional
	WorkerSecurityGroup *SecurityGroupStatus `json:"workerSecurityGroup,omitempty"`

	// failureReason is never set.
	// +optional
	FailureReason *string `json:"failureReason,omitempty"`

	// failureMessage is never set.
	// +optional
	FailureMessage *string `json:"failureMessage,omitempty"`

	// conditions of the cluster.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// FailureDomain is an availability zone, in the form of Cluster API's v1beta2 contract.
type FailureDomain struct {
	// name of the zone.
	// +required
	Name string `json:"name"`

	// controlPlane says whether control plane machines may be there.
	// +optional
	ControlPlane *bool `json:"controlPlane,omitempty"`
}

// NetworkStatus names a network.
type NetworkStatus struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	// +optional
	Tags []string `json:"tags,omitempty"`
}

// NetworkStatusWithSubnets names a network and its subnets.
type NetworkStatusWithSubnets struct {
	NetworkStatus `json:",inline"`

	// subnets of the network.
	// +optional
	Subnets []SubnetStatus `json:"subnets,omitempty"`
}

// SubnetStatus names a subnet.
type SubnetStatus struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	CIDR string `json:"cidr"`
	// +optional
	Tags []string `json:"tags,omitempty"`
}

// RouterStatus names a router.
type RouterStatus struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	// +optional
	Tags []string `json:"tags,omitempty"`
	// +optional
	IPs []string `json:"ips,omitempty"`
}

// LoadBalancerStatus names a load balancer.
type LoadBalancerStatus struct {
	Name       string `json:"name"`
	ID         string `json:"id"`
	IP         string `json:"ip"`
	InternalIP string `json:"internalIP"`
	// +optional
	AllowedCIDRs []string `json:"allowedCIDRs,omitempty"`
	// +optional
	Tags []string `json:"tags,omitempty"`
}

// OpenStackCluster is the network and the endpoint of a cluster.
// +kubebuilder:object:root=true
// +kubebuilder:metadata:labels="cluster.x-k8s.io/provider=infrastructure-openstack"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta1=v1beta1"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta2=v1beta1"
// +kubebuilder:resource:path=openstackclusters,scope=Namespaced,categories=cluster-api,shortName=osc
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels.cluster\\.x-k8s\\.io/cluster-name"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.ready"
// +kubebuilder:printcolumn:name="Network",type="string",JSONPath=".status.network.id"
// +kubebuilder:printcolumn:name="Endpoint",type="string",JSONPath=".spec.controlPlaneEndpoint.host",priority=1
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type OpenStackCluster struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +kubebuilder:validation:XValidation:rule="has(self.router) == has(oldSelf.router) && (!has(self.router) || self.router == oldSelf.router)",message="router cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.externalNetwork) == has(oldSelf.externalNetwork) && (!has(self.externalNetwork) || self.externalNetwork == oldSelf.externalNetwork)",message="externalNetwork cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.disableExternalNetwork) == has(oldSelf.disableExternalNetwork) && (!has(self.disableExternalNetwork) || self.disableExternalNetwork == oldSelf.disableExternalNetwork)",message="disableExternalNetwork cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.disableAPIServerFloatingIP) == has(oldSelf.disableAPIServerFloatingIP) && (!has(self.disableAPIServerFloatingIP) || self.disableAPIServerFloatingIP == oldSelf.disableAPIServerFloatingIP)",message="disableAPIServerFloatingIP cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.disablePortSecurity) == has(oldSelf.disablePortSecurity) && (!has(self.disablePortSecurity) || self.disablePortSecurity == oldSelf.disablePortSecurity)",message="disablePortSecurity cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.networkMTU) == has(oldSelf.networkMTU) && (!has(self.networkMTU) || self.networkMTU == oldSelf.networkMTU)",message="networkMTU cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.tags) == has(oldSelf.tags) && (!has(self.tags) || self.tags == oldSelf.tags)",message="tags cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.apiServerPort) == has(oldSelf.apiServerPort) && (!has(self.apiServerPort) || self.apiServerPort == oldSelf.apiServerPort)",message="apiServerPort cannot be modified"
	// +kubebuilder:validation:XValidation:rule="has(self.managedSubnets) == has(oldSelf.managedSubnets) && (!has(self.managedSubnets) || self.managedSubnets.map(s, s.cidr) == oldSelf.managedSubnets.map(s, s.cidr))",message="managedSubnets cannot be modified, apart from dnsNameservers"
	// +kubebuilder:validation:XValidation:rule="has(self.network) == has(oldSelf.network) && (!has(self.network) || self.network == oldSelf.network || has(self.network.id) && !has(oldSelf.network.id))",message="network cannot be modified, apart from giving the id of the one that was found"
	// +kubebuilder:validation:XValidation:rule="has(self.apiServerLoadBalancer) == has(oldSelf.apiServerLoadBalancer) && (!has(self.apiServerLoadBalancer) || self.apiServerLoadBalancer.enabled == oldSelf.apiServerLoadBalancer.enabled)",message="apiServerLoadBalancer cannot be switched on or off"
	Spec   OpenStackClusterSpec   `json:"spec,omitempty"`
	Status OpenStackClusterStatus `json:"status,omitempty"`
}

// GetConditions returns the cluster's conditions.
func (c *OpenStackCluster) GetConditions() []metav1.Condition { return c.Status.Conditions }

// SetConditions replaces the cluster's conditions.
func (c *OpenStackCluster) SetConditions(conditions []metav1.Condition) {
	c.Status.Conditions = conditions
}

// IsProvisioned says whether the cluster's infrastructure was ever complete.
func (c *OpenStackCluster) IsProvisioned() bool {
	return c.Status.Initialization != nil && c.Status.Initialization.Provisioned
}

// OpenStackClusterList is a list of clusters.
// +kubebuilder:object:root=true
type OpenStackClusterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OpenStackCluster `json:"items"`
}
