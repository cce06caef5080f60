// SPDX-License-Identifier: Apache-2.0

package v1beta1

// OpenStackIdentityReference names the Secret with the credentials of a cluster or machine.
// +kubebuilder:validation:XValidation:rule="(!has(self.region) && !has(oldSelf.region)) || self.region == oldSelf.region",message="region is immutable"
type OpenStackIdentityReference struct {
	// type is the kind of the reference.
	// +kubebuilder:validation:Enum=Secret;ClusterIdentity
	// +kubebuilder:default=Secret
	// +optional
	Type string `json:"type,omitempty"`

	// name is the name of a Secret in the namespace of the object, with the keys clouds.yaml and, optionally, cacert.
	// +kubebuilder:validation:MinLength=1
	// +required
	Name string `json:"name"`

	// cloudName is the entry of clouds.yaml to use.
	// +kubebuilder:validation:MinLength=1
	// +required
	CloudName string `json:"cloudName"`

	// region overrides the region of clouds.yaml and becomes part of a machine's providerID.
	// +optional
	Region string `json:"region,omitempty"`
}
