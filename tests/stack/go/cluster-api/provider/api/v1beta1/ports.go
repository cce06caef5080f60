// SPDX-License-Identifier: Apache-2.0

package v1beta1

// PortOpts describes one port of a machine.
type PortOpts struct {
	// network of the port; the cluster's own network when unset.
	// +optional
	Network *NetworkParam `json:"network,omitempty"`

	// description of the port.
	// +optional
	Description *string `json:"description,omitempty"`

	// nameSuffix is appended to the machine's name; the port's index when unset.
	// +optional
	NameSuffix *string `json:"nameSuffix,omitempty"`

	// fixedIPs are the port's subnets and addresses.
	// +optional
	// +listType=atomic
	FixedIPs []FixedIP `json:"fixedIPs,omitempty"`

	// securityGroups of the port.
	// +optional
	// +listType=atomic
	SecurityGroups []SecurityGroupParam `json:"securityGroups,omitempty"`

	// tags of the port, in addition to those of the machine.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`

	// trunk makes the port the parent of a trunk; the machine's setting when unset.
	// +optional
	Trunk *bool `json:"trunk,omitempty"`

	ResolvedPortSpecFields `json:",inline"`
}

// ResolvedPortSpecFields are the options of a port that refer to nothing else.
type ResolvedPortSpecFields struct {
	// adminStateUp is the administrative state of the port; up when unset.
	// +optional
	AdminStateUp *bool `json:"adminStateUp,omitempty"`

	// macAddress of the port; chosen by Neutron when unset.
	// +optional
	MACAddress *string `json:"macAddress,omitempty"`

	// allowedAddressPairs are further addresses that the port may send from.
	// +optional
	AllowedAddressPairs []AddressPair `json:"allowedAddressPairs,omitempty"`

	// hostID is the host that the port is bound to.
	// +optional
	HostID *string `json:"hostID,omitempty"`

	// vnicType of the port, for example normal or direct; Neutron's default when unset.
	// +optional
	VNICType *string `json:"vnicType,omitempty"`

	// profile is the port's binding profile.
	// +optional
	Profile *BindingProfile `json:"profile,omitempty"`

	// disablePortSecurity switches port security off or on; the network's setting when unset.
	// +optional
	DisablePortSecurity *bool `json:"disablePortSecurity,omitempty"`

	// propagateUplinkStatus lets the port show the state of its uplink.
	// +optional
	PropagateUplinkStatus *bool `json:"propagateUplinkStatus,omitempty"`

	// valueSpecs are further attributes of the request to Neutron.
	// +optional
	// +listType=map
	// +listMapKey=name
	ValueSpecs []ValueSpec `json:"valueSpecs,omitempty"`
}

// FixedIP is a subnet, an address or both.
type FixedIP struct {
	// subnet of the address.
	// +optional
	Subnet *SubnetParam `json:"subnet,omitempty"`

	// ipAddress in that subnet, or in any subnet of the network.
	// +optional
	IPAddress *string `json:"ipAddress,omitempty"`
}

// AddressPair is a further address of a port.
type AddressPair struct {
	// ipAddress is an address or, if Neutron allows it, a CIDR.
	// +required
	IPAddress string `json:"ipAddress"`

	// macAddress is the port's own when unset.
	// +optional
	MACAddress *string `json:"macAddress,omitempty"`
}

// BindingProfile holds the known keys of a binding profile.
type BindingProfile struct {
	// ovsHWOffload asks for OVS hardware offload.
	// +optional
	OVSHWOffload *bool `json:"ovsHWOffload,omitempty"`

	// trustedVF asks for a trusted virtual function.
	// +optional
	TrustedVF *bool `json:"trustedVF,omitempty"`
}

// ValueSpec is one further attribute of a request.
type ValueSpec struct {
	// name identifies the entry and is not sent.
	// +required
	Name string `json:"name"`

	// key of the attribute.
	// +required
	Key string `json:"key"`

	// value of the attribute.
	// +required
	Value string `json:"value"`
}

// ResolvedPortSpec is a PortOpts in which every reference is an ID.
type ResolvedPortSpec struct {
	// name of the port.
	// +required
	Name string `json:"name"`

	// description of the port.
	// +required
	Description string `json:"description"`

	// networkID of the port.
	// +required
	NetworkID string `json:"networkID"`

	// tags of the port.
	// +listType=set
	// +optional
	Tags []string `json:"tags,omitempty"`

	// trunk makes the port the parent of a trunk.
	// +optional
	Trunk *bool `json:"trunk,omitempty"`

	// fixedIPs of the port.
	// +optional
	// +listType=atomic
	FixedIPs []ResolvedFixedIP `json:"fixedIPs,omitempty"`

	// securityGroups are the IDs of the port's security groups.
	// +optional
	// +listType=atomic
	SecurityGroups []string `json:"securityGroups,omitempty"`

	ResolvedPortSpecFields `json:",inline"`
}

// ResolvedFixedIP is a FixedIP in which the subnet is an ID.
type ResolvedFixedIP struct {
	// subnet is the ID of the subnet.
	// +optional
	SubnetID *string `json:"subnet,omitempty"`

	// ipAddress in the subnet.
	// +optional
	IPAddress *string `json:"ipAddress,omitempty"`
}

// PortStatus names a port that was made.
type PortStatus struct {
	// id of the port.
	// +required
	ID string `json:"id"`
}
