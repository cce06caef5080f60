// SPDX-License-Identifier: Apache-2.0

package v1beta1

// ResourceReference names an object of the same namespace.
type ResourceReference struct {
	// name is the name of the object.
	// +required
	Name string `json:"name"`
}

// ImageParam selects one Glance image.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type ImageParam struct {
	// id is the image's UUID; it is not looked up before use.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter must match exactly one image.
	// +optional
	Filter *ImageFilter `json:"filter,omitempty"`

	// imageRef refers to an Image of the OpenStack Resource Controller.
	// +optional
	ImageRef *ResourceReference `json:"imageRef,omitempty"`
}

// ImageFilter selects images by name and tags.
// +kubebuilder:validation:MinProperties=1
type ImageFilter struct {
	// name of the image.
	// +optional
	Name *string `json:"name,omitempty"`

	// tags that the image must all have.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`
}

// NeutronTag is a tag of a Neutron resource.
// +kubebuilder:validation:Pattern="^[^,]+$"
// +kubebuilder:validation:MinLength=1
type NeutronTag string

// TagFilter selects Neutron resources by their tags.
type TagFilter struct {
	// tags that must all be there.
	// +listType=set
	// +optional
	Tags []NeutronTag `json:"tags,omitempty"`

	// tagsAny of which one must be there.
	// +listType=set
	// +optional
	TagsAny []NeutronTag `json:"tagsAny,omitempty"`

	// notTags that must not all be there.
	// +listType=set
	// +optional
	NotTags []NeutronTag `json:"notTags,omitempty"`

	// notTagsAny of which none may be there.
	// +listType=set
	// +optional
	NotTagsAny []NeutronTag `json:"notTagsAny,omitempty"`
}

// SecurityGroupParam selects security groups.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type SecurityGroupParam struct {
	// id of the security group.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter selects security groups.
	// +optional
	Filter *SecurityGroupFilter `json:"filter,omitempty"`
}

// SecurityGroupFilter selects security groups by their attributes.
// +kubebuilder:validation:MinProperties=1
type SecurityGroupFilter struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	ProjectID   string `json:"projectID,omitempty"`
	TagFilter   `json:",inline"`
}

// NetworkParam selects one network.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type NetworkParam struct {
	// id of the network.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter must match exactly one network.
	// +optional
	Filter *NetworkFilter `json:"filter,omitempty"`
}

// NetworkFilter selects networks by their attributes.
// +kubebuilder:validation:MinProperties=1
type NetworkFilter struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	ProjectID   string `json:"projectID,omitempty"`
	TagFilter   `json:",inline"`
}

// SubnetParam selects one subnet.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type SubnetParam struct {
	// id of the subnet.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter must match exactly one subnet.
	// +optional
	Filter *SubnetFilter `json:"filter,omitempty"`
}

// SubnetFilter selects subnets by their attributes.
// +kubebuilder:validation:MinProperties=1
type SubnetFilter struct {
	Name            string `json:"name,omitempty"`
	Description     string `json:"description,omitempty"`
	ProjectID       string `json:"projectID,omitempty"`
	IPVersion       int    `json:"ipVersion,omitempty"`
	GatewayIP       string `json:"gatewayIP,omitempty"`
	CIDR            string `json:"cidr,omitempty"`
	IPv6AddressMode string `json:"ipv6AddressMode,omitempty"`
	IPv6RAMode      string `json:"ipv6RAMode,omitempty"`
	TagFilter       `json:",inline"`
}

// RouterParam selects one router.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type RouterParam struct {
	// id of the router.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter must match exactly one router.
	// +optional
	Filter *RouterFilter `json:"filter,omitempty"`
}

// RouterFilter selects routers by their attributes.
// +kubebuilder:validation:MinProperties=1
type RouterFilter struct {
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	ProjectID   string `json:"projectID,omitempty"`
	TagFilter   `json:",inline"`
}

// ServerGroupParam selects one Nova server group.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:MaxProperties=1
type ServerGroupParam struct {
	// id of the server group.
	// +kubebuilder:validation:Format=uuid
	// +optional
	ID *string `json:"id,omitempty"`

	// filter must match exactly one server group.
	// +optional
	Filter *ServerGroupFilter `json:"filter,omitempty"`
}

// ServerGroupFilter selects server groups by name.
// +kubebuilder:validation:MinProperties=1
type ServerGroupFilter struct {
	// name of the server group.
	// +optional
	Name *string `json:"name,omitempty"`
}
