// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/availabilityzones"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

const serverDeleteTimeout = 5 * time.Minute

// Compute is Nova, seen by one project.
type Compute struct {
	client  *gophercloud.ServiceClient
	session *Session
	events  Events
}

// ServerRequest describes a server to make.
type ServerRequest struct {
	Name             string
	ImageID          string
	FlavorID         string
	KeyName          string
	AvailabilityZone string
	UserData         []byte
	ConfigDrive      bool
	Metadata         map[string]string
	Tags             []string
	PortIDs          []string
	ServerGroupID    string
	Hints            []infrav1.SchedulerHintAdditionalProperty
	RootVolume       *infrav1.RootVolume
	BlockDevices     []infrav1.AdditionalBlockDevice
}

// ServerCreateOptions turns the description of a server, with its block devices, into a request to Nova.
func ServerCreateOptions(request ServerRequest, devices []servers.BlockDevice) (servers.CreateOptsBuilder, servers.SchedulerHintOpts) {
	options := servers.CreateOpts{
		Name:             request.Name,
		FlavorRef:        request.FlavorID,
		AvailabilityZone: request.AvailabilityZone,
		UserData:         request.UserData,
		Tags:             request.Tags,
		Metadata:         request.Metadata,
		ConfigDrive:      &request.ConfigDrive,
		BlockDevice:      devices,
	}
	if request.RootVolume == nil {
		options.ImageRef = request.ImageID
	}
	networks := []servers.Network{}
	for _, id := range request.PortIDs {
		networks = append(networks, servers.Network{Port: id})
	}
	options.Networks = networks
	hints := map[string]any{}
	for _, hint := range request.Hints {
		hints[hint.Name] = hintValue(hint.Value)
	}
	return keypairs.CreateOptsExt{CreateOptsBuilder: options, KeyName: request.KeyName},
		servers.SchedulerHintOpts{Group: request.ServerGroupID, AdditionalProperties: hints}
}

func hintValue(value infrav1.SchedulerHintAdditionalValue) any {
	switch value.Type {
	case infrav1.SchedulerHintTypeBool:
		return ptr.Deref(value.Bool, false)
	case infrav1.SchedulerHintTypeNumber:
		return ptr.Deref(value.Number, 0)
	default:
		return ptr.Deref(value.String, "")
	}
}

// CreateServer makes the volumes of a server and the server.
func (c *Compute) CreateServer(ctx context.Context, request ServerRequest) (*servers.Server, error) {
	if len(request.PortIDs) == 0 {
		return nil, errors.New("portIDs cannot be empty")
	}
	devices, err := c.ensureBlockDevices(ctx, request)
	if err != nil {
		return nil, err
	}
	options, hints := ServerCreateOptions(request, devices)
	server, err := servers.Create(ctx, c.client, options, hints).Extract()
	if err != nil {
		c.events.Failed("FailedCreateServer", "Failed to create server %s: %v", request.Name, err)
		return nil, fmt.Errorf("error creating Openstack instance: %v", err)
	}
	c.events.Done("SuccessfulCreateServer", "Created server %s with id %s", request.Name, server.ID)
	return server, nil
}

// Server returns a server, or nil if Nova does not know it.
func (c *Compute) Server(ctx context.Context, id string) (*servers.Server, error) {
	server, err := servers.Get(ctx, c.client, id).Extract()
	if IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get server %q detail failed: %v", id, err)
	}
	return server, nil
}

// ServerByName returns the server of that name, or nil.
func (c *Compute) ServerByName(ctx context.Context, name string) (*servers.Server, error) {
	pages, err := servers.List(c.client, servers.ListOpts{Name: "^" + name + "$"}).AllPages(ctx)
	if err != nil {
		return nil, fmt.Errorf("get server list: %v", err)
	}
	found, err := servers.ExtractServers(pages)
	if err != nil {
		return nil, fmt.Errorf("get server list: %v", err)
	}
	if len(found) > 1 {
		c.events.Failed("DuplicateServerNames", "Found %d servers with name '%s'. This is likely to cause errors.", len(found), name)
	}
	server, err := single(found)
	if errors.Is(err, ErrNoMatches) {
		return nil, nil
	}
	return server, err
}

// DeleteServer deletes a server and waits until it is gone.
func (c *Compute) DeleteServer(ctx context.Context, server *servers.Server, poll time.Duration) error {
	err := servers.Delete(ctx, c.client, server.ID).ExtractErr()
	if err == nil {
		err = wait.PollUntilContextTimeout(ctx, poll, serverDeleteTimeout, true, func(ctx context.Context) (bool, error) {
			there, err := c.Server(ctx, server.ID)
			return there == nil || isDeleted(there), err
		})
	}
	if err != nil && !IsNotFound(err) {
		c.events.Failed("FailedDeleteServer", "Failed to delete server %s with id %s: %v", server.Name, server.ID, err)
		return err
	}
	c.events.Done("SuccessfulDeleteServer", "Deleted server %s with id %s", server.Name, server.ID)
	return nil
}

func isDeleted(server *servers.Server) bool {
	state := infrav1.InstanceState(server.Status)
	return state == infrav1.InstanceStateDeleted || state == infrav1.InstanceStateSoftDeleted
}

// AvailabilityZones returns the names of Nova's zones, sorted.
func (c *Compute) AvailabilityZones(ctx context.Context) ([]string, error) {
	pages, err := availabilityzones.List(c.client).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := availabilityzones.ExtractAvailabilityZones(pages)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, zone := range found {
		names = append(names, zone.ZoneName)
	}
	slices.Sort(names)
	return names, nil
}

// ServerAddresses returns the addresses of a server, network by network in the order of their names, IPv4 first.
func ServerAddresses(server *servers.Server) ([]corev1.NodeAddress, error) {
	type networkAddress struct {
		Address string `json:"addr"`
		Version int    `json:"version"`
		Type    string `json:"OS-EXT-IPS:type"`
	}
	text, err := json.Marshal(server.Addresses)
	if err != nil {
		return nil, err
	}
	var byNetwork map[string][]networkAddress
	if err := json.Unmarshal(text, &byNetwork); err != nil {
		return nil, fmt.Errorf("error unmarshalling addresses for instance %s: %w", server.ID, err)
	}
	kinds := map[string]corev1.NodeAddressType{"fixed": corev1.NodeInternalIP, "floating": corev1.NodeExternalIP}
	var addresses []corev1.NodeAddress
	for _, network := range sortedKeys(byNetwork) {
		list := byNetwork[network]
		slices.SortStableFunc(list, func(a, b networkAddress) int { return a.Version - b.Version })
		for _, address := range list {
			if kind, known := kinds[address.Type]; known {
				addresses = append(addresses, corev1.NodeAddress{Type: kind, Address: address.Address})
			}
		}
	}
	return addresses, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
