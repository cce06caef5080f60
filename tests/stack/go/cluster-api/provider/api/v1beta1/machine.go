// SPDX-License-Identifier: Apache-2.0

package v1beta1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// MachineFinalizer keeps an OpenStackMachine until its server and ports are gone.
const MachineFinalizer = "openstackmachine.infrastructure.cluster.x-k8s.io"

// OpenStackMachineSpec describes a server in Nova.
// +kubebuilder:validation:XValidation:rule="has(self.flavor) || has(self.flavorID)",message="at least one of flavor or flavorID must be set"
type OpenStackMachineSpec struct {
	// providerID is set by the provider once the server is active.
	// +optional
	ProviderID *string `json:"providerID,omitempty"`

	// flavor by name.
	// +kubebuilder:validation:MinLength=1
	// +optional
	Flavor *string `json:"flavor,omitempty"`

	// flavorID takes precedence over flavor.
	// +kubebuilder:validation:MinLength=1
	// +optional
	FlavorID *string `json:"flavorID,omitempty"`

	// image of the server, or of its root volume.
	// +required
	Image ImageParam `json:"image"`

	// sshKeyName is a Nova key pair.
	// +optional
	SSHKeyName string `json:"sshKeyName,omitempty"`

	// ports of the server; one on the cluster's network when empty.
	// +optional
	Ports []PortOpts `json:"ports,omitempty"`

	// securityGroups of all ports.
	// +optional
	SecurityGroups []SecurityGroupParam `json:"securityGroups,omitempty"`

	// trunk is the default of the ports' option of that name.
	// +optional
	Trunk bool `json:"trunk,omitempty"`

	// tags of the server and all that is made for it.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`

	// serverMetadata of the server.
	// +listType=map
	// +listMapKey=key
	// +optional
	ServerMetadata []ServerMetadata `json:"serverMetadata,omitempty"`

	// configDrive gives the server a configuration drive.
	// +optional
	ConfigDrive *bool `json:"configDrive,omitempty"`

	// rootVolume makes the server boot from a volume.
	// +optional
	RootVolume *RootVolume `json:"rootVolume,omitempty"`

	// additionalBlockDevices of the server.
	// +listType=map
	// +listMapKey=name
	// +optional
	AdditionalBlockDevices []AdditionalBlockDevice `json:"additionalBlockDevices,omitempty"`

	// serverGroup of the server.
	// +optional
	ServerGroup *ServerGroupParam `json:"serverGroup,omitempty"`

	// identityRef overrides the credentials of the cluster.
	// +optional
	IdentityRef *OpenStackIdentityReference `json:"identityRef,omitempty"`

	// floatingIPPoolRef takes a floating IP from a pool; the stand-in has none.
	// +optional
	FloatingIPPoolRef *corev1.TypedLocalObjectReference `json:"floatingIPPoolRef,omitempty"`

	// schedulerHintAdditionalProperties are further hints to Nova's scheduler.
	// +listType=map
	// +listMapKey=name
	// +optional
	SchedulerHintAdditionalProperties []SchedulerHintAdditionalProperty `json:"schedulerHintAdditionalProperties,omitempty"`
}

// ServerMetadata is one key and value of a server.
type ServerMetadata struct {
	// key of the entry.
	// +kubebuilder:validation:MaxLength=255
	// +required
	Key string `json:"key"`

	// value of the entry.
	// +kubebuilder:validation:MaxLength=255
	// +required
	Value string `json:"value"`
}

// SchedulerHintAdditionalProperty is one hint to the scheduler.
type SchedulerHintAdditionalProperty struct {
	// name of the hint.
	// +kubebuilder:validation:MinLength=1
	// +required
	Name string `json:"name"`

	// value of the hint.
	// +required
	Value SchedulerHintAdditionalValue `json:"value"`
}

// SchedulerHintValueType is Bool, String or Number.
// +kubebuilder:validation:Enum=Bool;String;Number
type SchedulerHintValueType string

const (
	// SchedulerHintTypeBool marks a boolean hint.
	SchedulerHintTypeBool SchedulerHintValueType = "Bool"
	// SchedulerHintTypeString marks a text hint.
	SchedulerHintTypeString SchedulerHintValueType = "String"
	// SchedulerHintTypeNumber marks an integer hint.
	SchedulerHintTypeNumber SchedulerHintValueType = "Number"
)

// SchedulerHintAdditionalValue holds a value of the type it names.
// +kubebuilder:validation:XValidation:rule="has(self.type) && self.type == 'Bool' ? has(self.bool) : !has(self.bool)",message="bool is required when type is Bool, and forbidden otherwise"
// +kubebuilder:validation:XValidation:rule="has(self.type) && self.type == 'Number' ? has(self.number) : !has(self.number)",message="number is required when type is Number, and forbidden otherwise"
// +kubebuilder:validation:XValidation:rule="has(self.type) && self.type == 'String' ? has(self.string) : !has(self.string)",message="string is required when type is String, and forbidden otherwise"
type SchedulerHintAdditionalValue struct {
	// type of the value.
	// +required
	Type SchedulerHintValueType `json:"type"`

	// bool is the value of type Bool.
	// +optional
	Bool *bool `json:"bool,omitempty"`

	// number is the value of type Number.
	// +optional
	Number *int `json:"number,omitempty"`

	// string is the value of type String.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	// +optional
	String *string `json:"string,omitempty"`
}

// Initialization tells Cluster API whether the infrastructure was ever complete.
type Initialization struct {
	// provisioned becomes true once and stays so.
	// +optional
	Provisioned bool `json:"provisioned,omitempty"`
}

// InstanceState is the status of a Nova server.
type InstanceState string

const (
	// InstanceStateUndefined stands for no status.
	InstanceStateUndefined InstanceState = ""
	// InstanceStateBuild stands for a server being built.
	InstanceStateBuild InstanceState = "BUILD"
	// InstanceStateActive stands for a running server.
	InstanceStateActive InstanceState = "ACTIVE"
	// InstanceStateError stands for a server that could not be built or that broke.
	InstanceStateError InstanceState = "ERROR"
	// InstanceStateDeleted stands for a deleted server.
	InstanceStateDeleted InstanceState = "DELETED"
	// InstanceStateSoftDeleted stands for a deleted server that can still be restored.
	InstanceStateSoftDeleted InstanceState = "SOFT_DELETED"
)

// OpenStackMachineStatus is what was observed of a machine.
type OpenStackMachineStatus struct {
	// ready follows the Ready condition.
	// +optional
	Ready bool `json:"ready"`

	// initialization of the machine.
	// +optional
	Initialization *Initialization `json:"initialization,omitempty"`

	// instanceID of the server in Nova.
	// +optional
	InstanceID *string `json:"instanceID,omitempty"`

	// instanceState is not set any more; the OpenStackServer shows it.
	// +optional
	InstanceState *InstanceState `json:"instanceState,omitempty"`

	// addresses of the server.
	// +optional
	Addresses []corev1.NodeAddress `json:"addresses,omitempty"`

	// failureReason is never set.
	// +optional
	FailureReason *string `json:"failureReason,omitempty"`

	// failureMessage is never set.
	// +optional
	FailureMessage *string `json:"failureMessage,omitempty"`

	// conditions of the machine.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// OpenStackMachine is a server with its ports.
// +kubebuilder:object:root=true
// +kubebuilder:metadata:labels="cluster.x-k8s.io/provider=infrastructure-openstack"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta1=v1beta1"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta2=v1beta1"
// +kubebuilder:resource:path=openstackmachines,scope=Namespaced,categories=cluster-api,shortName=osm
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels.cluster\\.x-k8s\\.io/cluster-name"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.ready"
// +kubebuilder:printcolumn:name="ProviderID",type="string",JSONPath=".spec.providerID"
// +kubebuilder:printcolumn:name="Machine",type="string",JSONPath=".metadata.ownerReferences[?(@.kind==\"Machine\")].name"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type OpenStackMachine struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// +kubebuilder:validation:XValidation:rule="!has(self.ports) || self.ports.all(p, !(p.?disablePortSecurity.orValue(false) && has(p.securityGroups)))",message="ports cannot have security groups when disablePortSecurity is true"
	// +kubebuilder:validation:XValidation:rule="!has(self.rootVolume) || !has(self.additionalBlockDevices) || self.additionalBlockDevices.all(d, d.name != 'root')",message="additionalBlockDevices cannot contain a device named root when rootVolume is set"
	Spec   OpenStackMachineSpec   `json:"spec,omitempty"`
	Status OpenStackMachineStatus `json:"status,omitempty"`
}

// GetConditions returns the machine's conditions.
func (m *OpenStackMachine) GetConditions() []metav1.Condition { return m.Status.Conditions }

// SetConditions replaces the machine's conditions.
func (m *OpenStackMachine) SetConditions(conditions []metav1.Condition) {
	m.Status.Conditions = conditions
}

// OpenStackMachineList is a list of machines.
// +kubebuilder:object:root=true
type OpenStackMachineList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OpenStackMachine `json:"items"`
}

// OpenStackMachineTemplateSpec is what machines are made from.
type OpenStackMachineTemplateSpec struct {
	// template of the machines.
	// +required
	Template OpenStackMachineTemplateResource `json:"template"`
}

// OpenStackMachineTemplateResource is the body of a template.
type OpenStackMachineTemplateResource struct {
	// spec of the machines.
	// +required
	// +kubebuilder:validation:XValidation:rule="!has(self.providerID)",message="providerID cannot be set in templates"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="OpenStackMachineTemplate spec.template.spec field is immutable. Please create a new resource instead."
	Spec OpenStackMachineSpec `json:"spec"`
}

// OpenStackMachineTemplateStatus is what was observed of a template.
type OpenStackMachineTemplateStatus struct {
	// capacity of one machine, for scaling from zero.
	// +optional
	Capacity corev1.ResourceList `json:"capacity,omitempty"`

	// nodeInfo of one machine.
	// +optional
	NodeInfo *NodeInfo `json:"nodeInfo,omitempty"`

	// conditions of the template.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// NodeInfo describes a future node.
// +kubebuilder:validation:MinProperties=1
type NodeInfo struct {
	// operatingSystem of the node.
	// +optional
	OperatingSystem string `json:"operatingSystem,omitempty"`
}

// OpenStackMachineTemplate is a template of machines; it cannot be changed.
// +kubebuilder:object:root=true
// +kubebuilder:metadata:labels="cluster.x-k8s.io/provider=infrastructure-openstack"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta1=v1beta1"
// +kubebuilder:metadata:labels="cluster.x-k8s.io/v1beta2=v1beta1"
// +kubebuilder:resource:path=openstackmachinetemplates,scope=Namespaced,categories=cluster-api,shortName=osmt
// +kubebuilder:subresource:status
type OpenStackMachineTemplate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   OpenStackMachineTemplateSpec   `json:"spec,omitempty"`
	Status OpenStackMachineTemplateStatus `json:"status,omitempty"`
}

// OpenStackMachineTemplateList is a list of templates.
// +kubebuilder:object:root=true
type OpenStackMachineTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OpenStackMachineTemplate `json:"items"`
}
