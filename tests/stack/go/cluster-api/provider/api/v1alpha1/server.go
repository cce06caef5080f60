// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds the kind OpenStackServer, through which Cluster API Provider OpenStack makes the server
// and the ports of an OpenStackMachine of the same name.
//
// +kubebuilder:object:generate=true
// +groupName=infrastructure.cluster.x-k8s.io
package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// GroupVersion is the API group and version of this package.
var GroupVersion = schema.GroupVersion{Group: "infrastructure.cluster.x-k8s.io", Version: "v1alpha1"}

// AddToScheme registers the kinds of this package.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &OpenStackServer{}, &OpenStackServerList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

// ServerFinalizer keeps an OpenStackServer until its server and ports are gone.
const ServerFinalizer = "openstackserver.infrastructure.cluster.x-k8s.io"

// OpenStackServerSpec describes a server in Nova whose machine and cluster have had their say.
// +kubebuilder:validation:XValidation:rule="has(self.flavor) || has(self.flavorID)",message="at least one of flavor or flavorID must be set"
type OpenStackServerSpec struct {
	// additionalBlockDevices of the server.
	// +listType=map
	// +listMapKey=name
	// +optional
	AdditionalBlockDevices []infrav1.AdditionalBlockDevice `json:"additionalBlockDevices,omitempty"`

	// availabilityZone of the server.
	// +optional
	AvailabilityZone *string `json:"availabilityZone,omitempty"`

	// configDrive gives the server a configuration drive.
	// +optional
	ConfigDrive *bool `json:"configDrive,omitempty"`

	// flavor by name.
	// +kubebuilder:validation:MinLength=1
	// +optional
	Flavor *string `json:"flavor,omitempty"`

	// flavorID takes precedence over flavor.
	// +kubebuilder:validation:MinLength=1
	// +optional
	FlavorID *string `json:"flavorID,omitempty"`

	// identityRef names the credentials.
	// +required
	IdentityRef infrav1.OpenStackIdentityReference `json:"identityRef"`

	// image of the server, or of its root volume.
	// +required
	Image infrav1.ImageParam `json:"image"`

	// ports of the server.
	// +required
	Ports []infrav1.PortOpts `json:"ports"`

	// rootVolume makes the server boot from a volume.
	// +optional
	RootVolume *infrav1.RootVolume `json:"rootVolume,omitempty"`

	// sshKeyName is a Nova key pair.
	// +required
	SSHKeyName string `json:"sshKeyName"`

	// serverGroup of the server.
	// +optional
	ServerGroup *infrav1.ServerGroupParam `json:"serverGroup,omitempty"`

	// serverMetadata of the server.
	// +listType=map
	// +listMapKey=key
	// +optional
	ServerMetadata []infrav1.ServerMetadata `json:"serverMetadata,omitempty"`

	// tags of the server and its ports.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`

	// trunk is the default of the ports' option of that name.
	// +optional
	Trunk *bool `json:"trunk,omitempty"`

	// userDataRef is the Secret with the user data.
	// +optional
	UserDataRef *corev1.LocalObjectReference `json:"userDataRef,omitempty"`

	// schedulerHintAdditionalProperties are further hints to Nova's scheduler.
	// +listType=map
	// +listMapKey=name
	// +optional
	SchedulerHintAdditionalProperties []infrav1.SchedulerHintAdditionalProperty `json:"schedulerHintAdditionalProperties,omitempty"`
}

// ResolvedServerSpec holds the IDs of what the spec refers to.
type ResolvedServerSpec struct {
	// serverGroupID of the server.
	// +optional
	ServerGroupID string `json:"serverGroupID,omitempty"`

	// imageID of the server.
	// +optional
	ImageID string `json:"imageID,omitempty"`

	// flavorID of the server.
	// +optional
	FlavorID string `json:"flavorID,omitempty"`

	// ports of the server.
	// +optional
	Ports []infrav1.ResolvedPortSpec `json:"ports,omitempty"`
}

// ServerResources names what was made for a server.
type ServerResources struct {
	// ports that were made.
	// +optional
	Ports []infrav1.PortStatus `json:"ports,omitempty"`
}

// OpenStackServerStatus is what was observed of a server.
type OpenStackServerStatus struct {
	// ready says that the server is active.
	// +kubebuilder:default=false
	// +optional
	Ready bool `json:"ready"`

	// instanceID of the server in Nova.
	// +optional
	InstanceID *string `json:"instanceID,omitempty"`

	// instanceState of the server in Nova.
	// +optional
	InstanceState *infrav1.InstanceState `json:"instanceState,omitempty"`

	// resolved holds the IDs of what the spec refers to.
	// +optional
	Resolved *ResolvedServerSpec `json:"resolved,omitempty"`

	// resources names what was made for the server.
	// +optional
	Resources *ServerResources `json:"resources,omitempty"`

	// conditions of the server.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// OpenStackServer is a server in Nova with its ports.
// +kubebuilder:object:root=true
// +kubebuilder:metadata:labels="cluster.x-k8s.io/provider=infrastructure-openstack"
// +kubebuilder:resource:path=openstackservers,scope=Namespaced,categories=cluster-api,shortName=oss
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="InstanceState",type="string",JSONPath=".status.instanceState"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=".status.ready"
// +kubebuilder:printcolumn:name="InstanceID",type="string",JSONPath=".status.instanceID"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp"
type OpenStackServer struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   OpenStackServerSpec   `json:"spec,omitempty"`
	Status OpenStackServerStatus `json:"status,omitempty"`
}

// GetConditions returns the server's conditions.
func (s *OpenStackServer) GetConditions() []metav1.Condition { return s.Status.Conditions }

// SetConditions replaces the server's conditions.
func (s *OpenStackServer) SetConditions(conditions []metav1.Condition) {
	s.Status.Conditions = conditions
}

// OpenStackServerList is a list of servers.
// +kubebuilder:object:root=true
type OpenStackServerList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OpenStackServer `json:"items"`
}
