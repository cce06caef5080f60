// SPDX-License-Identifier: Apache-2.0

package v1beta1

// ManagedSecurityGroups asks for security groups made by the provider.
type ManagedSecurityGroups struct {
	// allNodesSecurityGroupRules are further rules of all nodes.
	// +listType=map
	// +listMapKey=name
	// +optional
	AllNodesSecurityGroupRules []SecurityGroupRuleSpec `json:"allNodesSecurityGroupRules,omitempty"`

	// controlPlaneNodesSecurityGroupRules are further rules of the control plane.
	// +listType=map
	// +listMapKey=name
	// +optional
	ControlPlaneNodesSecurityGroupRules []SecurityGroupRuleSpec `json:"controlPlaneNodesSecurityGroupRules,omitempty"`

	// workerNodesSecurityGroupRules are further rules of the workers.
	// +listType=map
	// +listMapKey=name
	// +optional
	WorkerNodesSecurityGroupRules []SecurityGroupRuleSpec `json:"workerNodesSecurityGroupRules,omitempty"`

	// allowAllInClusterTraffic opens everything between the cluster's nodes.
	// +kubebuilder:default=false
	// +required
	AllowAllInClusterTraffic bool `json:"allowAllInClusterTraffic"`
}

// ManagedSecurityGroupName is one of the groups that the provider makes.
// +kubebuilder:validation:Enum=bastion;controlplane;worker
type ManagedSecurityGroupName string

// SecurityGroupRuleSpec is one rule of a security group.
// +kubebuilder:validation:XValidation:rule="[has(self.remoteManagedGroups), has(self.remoteGroupID), has(self.remoteIPPrefix)].filter(set, set).size() <= 1",message="only one of remoteManagedGroups, remoteGroupID, or remoteIPPrefix can be set"
type SecurityGroupRuleSpec struct {
	// name identifies the rule and is not sent.
	// +required
	Name string `json:"name"`

	// description of the rule.
	// +optional
	Description *string `json:"description,omitempty"`

	// direction is ingress or egress.
	// +kubebuilder:validation:Enum=ingress;egress
	// +required
	Direction string `json:"direction"`

	// etherType is IPv4 or IPv6.
	// +kubebuilder:validation:Enum=IPv4;IPv6
	// +optional
	EtherType *string `json:"etherType,omitempty"`

	// portRangeMin is the first port.
	// +optional
	PortRangeMin *int `json:"portRangeMin,omitempty"`

	// portRangeMax is the last port.
	// +optional
	PortRangeMax *int `json:"portRangeMax,omitempty"`

	// protocol of the rule.
	// +optional
	Protocol *string `json:"protocol,omitempty"`

	// remoteGroupID is the other end's security group.
	// +optional
	RemoteGroupID *string `json:"remoteGroupID,omitempty"`

	// remoteIPPrefix is the other end's CIDR.
	// +optional
	RemoteIPPrefix *string `json:"remoteIPPrefix,omitempty"`

	// remoteManagedGroups are the other end's groups among those of the cluster.
	// +optional
	// +kubebuilder:validation:MaxItems=64
	RemoteManagedGroups []ManagedSecurityGroupName `json:"remoteManagedGroups,omitempty"`
}

// SecurityGroupStatus names a security group that was made.
type SecurityGroupStatus struct {
	// name of the group.
	// +required
	Name string `json:"name"`

	// id of the group.
	// +required
	ID string `json:"id"`
}
