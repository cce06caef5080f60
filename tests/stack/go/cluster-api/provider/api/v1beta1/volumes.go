// SPDX-License-Identifier: Apache-2.0

package v1beta1

// RootVolume is the volume that a machine boots from.
type RootVolume struct {
	// sizeGiB of the volume.
	// +kubebuilder:validation:Minimum=1
	// +required
	SizeGiB int `json:"sizeGiB"`

	BlockDeviceVolume `json:",inline"`
}

// AdditionalBlockDevice is a further block device of a machine.
type AdditionalBlockDevice struct {
	// name tags the device and ends the volume's name; "root" is reserved.
	// +required
	Name string `json:"name"`

	// sizeGiB of the device.
	// +kubebuilder:validation:Minimum=1
	// +required
	SizeGiB int `json:"sizeGiB"`

	// storage is the kind of the device.
	// +required
	Storage BlockDeviceStorage `json:"storage"`
}

// BlockDeviceType is Volume or Local.
type BlockDeviceType string

const (
	// LocalBlockDevice is an ephemeral disk.
	LocalBlockDevice BlockDeviceType = "Local"
	// VolumeBlockDevice is a Cinder volume.
	VolumeBlockDevice BlockDeviceType = "Volume"
)

// BlockDeviceStorage is a local disk or a volume.
type BlockDeviceStorage struct {
	// type is Volume or Local.
	// +required
	Type BlockDeviceType `json:"type"`

	// volume holds the options of a volume.
	// +optional
	Volume *BlockDeviceVolume `json:"volume,omitempty"`
}

// BlockDeviceVolume holds the options of a Cinder volume.
type BlockDeviceVolume struct {
	// type is the volume type; Cinder's default when unset.
	// +optional
	Type string `json:"type,omitempty"`

	// availabilityZone of the volume.
	// +optional
	AvailabilityZone *VolumeAvailabilityZone `json:"availabilityZone,omitempty"`
}

// VolumeAZSource says where a volume's availability zone comes from.
// +kubebuilder:validation:Enum=Name;Machine
type VolumeAZSource string

const (
	// VolumeAZFromName takes the zone's name from the volume.
	VolumeAZFromName VolumeAZSource = "Name"
	// VolumeAZFromMachine takes the machine's failure domain.
	VolumeAZFromMachine VolumeAZSource = "Machine"
)

// VolumeAvailabilityZone is a zone by name, or that of the machine.
// +kubebuilder:validation:XValidation:rule="!has(self.from) || self.from == 'Name' ? has(self.name) : !has(self.name)",message="name is required when from is 'Name' or default"
type VolumeAvailabilityZone struct {
	// from is Name or Machine.
	// +kubebuilder:default=Name
	// +optional
	From VolumeAZSource `json:"from,omitempty"`

	// name of the zone.
	// +kubebuilder:validation:Pattern="^[^ ]+$"
	// +kubebuilder:validation:MinLength=1
	// +optional
	Name *string `json:"name,omitempty"`
}
