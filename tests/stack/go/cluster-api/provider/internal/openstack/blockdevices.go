// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"fmt"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

const (
	volumePollInterval  = 2 * time.Second
	volumeCreateTimeout = 5 * time.Minute
	rootDevice          = "root"
)

// VolumeRequest is a volume of a server, before it exists.
type VolumeRequest struct {
	Name             string
	Description      string
	SizeGiB          int
	ImageID          string
	Type             string
	AvailabilityZone string
}

// VolumeRequests returns the volumes that a server needs, the root volume first.
func VolumeRequests(request ServerRequest) []VolumeRequest {
	var wanted []VolumeRequest
	if root := request.RootVolume; root != nil {
		volume := volumeRequest(request, rootDevice, root.SizeGiB, &root.BlockDeviceVolume)
		volume.ImageID = request.ImageID
		volume.Description = "Root volume for " + request.Name
		wanted = append(wanted, volume)
	}
	for _, device := range request.BlockDevices {
		if device.Storage.Type == infrav1.VolumeBlockDevice {
			volume := volumeRequest(request, device.Name, device.SizeGiB, device.Storage.Volume)
			volume.Description = "Additional block device for " + request.Name
			wanted = append(wanted, volume)
		}
	}
	return wanted
}

func volumeRequest(request ServerRequest, device string, size int, options *infrav1.BlockDeviceVolume) VolumeRequest {
	volume := VolumeRequest{Name: volumeName(request.Name, device), SizeGiB: size}
	if options == nil {
		return volume
	}
	volume.Type = options.Type
	switch zone := options.AvailabilityZone; {
	case zone == nil:
	case zone.From == infrav1.VolumeAZFromMachine:
		volume.AvailabilityZone = request.AvailabilityZone
	default:
		volume.AvailabilityZone = ptr.Deref(zone.Name, "")
	}
	return volume
}

func volumeName(server, device string) string { return server + "-" + device }

// BlockDevices returns the block devices of a server; volumes are the IDs of its volumes by name.
func BlockDevices(request ServerRequest, volumes map[string]string) ([]servers.BlockDevice, error) {
	boot := servers.BlockDevice{
		SourceType: servers.SourceImage, DestinationType: servers.DestinationLocal, UUID: request.ImageID, DeleteOnTermination: true,
	}
	if request.RootVolume != nil {
		boot.SourceType, boot.DestinationType = servers.SourceVolume, servers.DestinationVolume
		boot.UUID = volumes[volumeName(request.Name, rootDevice)]
	}
	devices := []servers.BlockDevice{boot}
	for _, spec := range request.BlockDevices {
		device := servers.BlockDevice{BootIndex: -1, DeleteOnTermination: true, Tag: spec.Name}
		switch {
		case spec.Name == rootDevice:
			return nil, fmt.Errorf("block device name '%s' is reserved", rootDevice)
		case spec.Storage.Type == infrav1.VolumeBlockDevice:
			device.SourceType, device.DestinationType = servers.SourceVolume, servers.DestinationVolume
			device.UUID = volumes[volumeName(request.Name, spec.Name)]
		case spec.Storage.Type == infrav1.LocalBlockDevice:
			device.SourceType, device.DestinationType = servers.SourceBlank, servers.DestinationLocal
			device.VolumeSize = spec.SizeGiB
		default:
			return nil, fmt.Errorf("invalid block device type %s", spec.Storage.Type)
		}
		devices = append(devices, device)
	}
	return devices, nil
}

func (c *Compute) ensureBlockDevices(ctx context.Context, request ServerRequest) ([]servers.BlockDevice, error) {
	wanted := VolumeRequests(request)
	ids := map[string]string{}
	if len(wanted) > 0 {
		client, err := c.session.volume()
		if err != nil {
			return nil, err
		}
		for _, volume := range wanted {
			if ids[volume.Name], err = c.ensureVolume(ctx, client, volume); err != nil {
				return nil, err
			}
		}
		for _, id := range ids {
			if err := waitForVolume(ctx, client, id); err != nil {
				return nil, fmt.Errorf("volume %s did not become available: %w", id, err)
			}
		}
	}
	return BlockDevices(request, ids)
}

func (c *Compute) ensureVolume(ctx context.Context, client *gophercloud.ServiceClient, wanted VolumeRequest) (string, error) {
	there, err := volumeByName(ctx, client, wanted.Name)
	if err != nil {
		return "", err
	}
	if there != nil {
		if there.Size != wanted.SizeGiB {
			return "", fmt.Errorf("expected to find volume %s with size %d; found size %d", wanted.Name, wanted.SizeGiB, there.Size)
		}
		return there.ID, nil
	}
	volume, err := volumes.Create(ctx, client, volumes.CreateOpts{
		Name: wanted.Name, Description: wanted.Description, Size: wanted.SizeGiB, ImageID: wanted.ImageID,
		VolumeType: wanted.Type, AvailabilityZone: wanted.AvailabilityZone,
	}, nil).Extract()
	if err != nil {
		c.events.Failed("FailedCreateVolume", "Failed to create volume; name=%s size=%d err=%v", wanted.Name, wanted.SizeGiB, err)
		return "", err
	}
	c.events.Done("SuccessfulCreateVolume", "Created volume; id=%s", volume.ID)
	return volume.ID, nil
}

func volumeByName(ctx context.Context, client *gophercloud.ServiceClient, name string) (*volumes.Volume, error) {
	pages, err := volumes.List(client, volumes.ListOpts{Name: name}).AllPages(ctx)
	if err != nil {
		return nil, fmt.Errorf("error listing volumes: %w", err)
	}
	found, err := volumes.ExtractVolumes(pages)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("expected to find a single volume called %s; found %d", name, len(found))
	}
	return &found[0], nil
}

func waitForVolume(ctx context.Context, client *gophercloud.ServiceClient, id string) error {
	return wait.PollUntilContextTimeout(ctx, volumePollInterval, volumeCreateTimeout, true, func(ctx context.Context) (bool, error) {
		volume, err := volumes.Get(ctx, client, id).Extract()
		switch {
		case IsRetryable(err):
			return false, nil
		case err != nil:
			return false, err
		case volume.Status == "error":
			return false, fmt.Errorf("volume %s is in error state", id)
		}
		return volume.Status == "available", nil
	})
}

// DeleteVolumes deletes the volumes of a server that was never made; those of a server go with it.
func (c *Compute) DeleteVolumes(ctx context.Context, request ServerRequest) error {
	wanted := VolumeRequests(request)
	if len(wanted) == 0 {
		return nil
	}
	client, err := c.session.volume()
	if err != nil {
		return err
	}
	for _, volume := range wanted {
		there, err := volumeByName(ctx, client, volume.Name)
		if err != nil {
			return err
		}
		if there == nil {
			continue
		}
		if err := volumes.Delete(ctx, client, there.ID, volumes.DeleteOpts{}).ExtractErr(); err != nil && !IsNotFound(err) {
			return err
		}
	}
	return nil
}
