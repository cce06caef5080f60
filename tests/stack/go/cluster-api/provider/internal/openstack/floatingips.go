// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
)

// FloatingIPRequest describes the floating IP of a cluster's API server.
type FloatingIPRequest struct {
	Address           string
	ExternalNetworkID string
	Cluster           string
	Tags              []string
}

// EnsureFloatingIP returns the floating IP of the address, or the one that carries the cluster's description, and
// makes it if there is none. Cluster API Provider OpenStack finds it by the control plane endpoint instead, which
// here is the address of the workload API server.
func (n *Networking) EnsureFloatingIP(ctx context.Context, request FloatingIPRequest) (*floatingips.FloatingIP, error) {
	query := floatingips.ListOpts{Description: Description(request.Cluster), FloatingNetworkID: request.ExternalNetworkID}
	if request.Address != "" {
		query = floatingips.ListOpts{FloatingIP: request.Address}
	}
	found, err := n.listFloatingIPs(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return &found[0], nil
	}
	address, err := floatingips.Create(ctx, n.client, floatingips.CreateOpts{
		FloatingNetworkID: request.ExternalNetworkID, FloatingIP: request.Address, Description: Description(request.Cluster),
	}).Extract()
	if err != nil {
		n.events.Failed("FailedCreateFloatingIP", "Failed to create floating IP %s: %v", request.Address, err)
		return nil, err
	}
	n.events.Done("SuccessfulCreateFloatingIP", "Created floating IP %s with id %s", address.FloatingIP, address.ID)
	return address, n.ensureTags(ctx, "floatingips", address.ID, address.Tags, request.Tags)
}

// AssociateFloatingIP points a floating IP that is free at the port of a server that has the fixed address.
func (n *Networking) AssociateFloatingIP(ctx context.Context, address *floatingips.FloatingIP, portID string) error {
	if address.PortID != "" {
		return nil
	}
	if _, err := floatingips.Update(ctx, n.client, address.ID, floatingips.UpdateOpts{PortID: &portID}).Extract(); err != nil {
		n.events.Failed("FailedAssociateFloatingIP", "Failed to associate floating IP %s with port %s: %v", address.FloatingIP, portID, err)
		return err
	}
	n.events.Done("SuccessfulAssociateFloatingIP", "Associated floating IP %s with port %s", address.FloatingIP, portID)
	return nil
}

// ServerPort returns the port of a server on a network, or nil.
func (n *Networking) ServerPort(ctx context.Context, serverID, networkID string) (*ports.Port, error) {
	found, err := n.listPorts(ctx, ports.ListOpts{DeviceID: serverID, NetworkID: networkID})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// DeleteFloatingIP deletes a floating IP; one that is gone is no error.
func (n *Networking) DeleteFloatingIP(ctx context.Context, address string) error {
	found, err := n.listFloatingIPs(ctx, floatingips.ListOpts{FloatingIP: address})
	if err != nil || len(found) == 0 {
		return err
	}
	if err := floatingips.Delete(ctx, n.client, found[0].ID).ExtractErr(); err != nil && !IsNotFound(err) {
		n.events.Failed("FailedDeleteFloatingIP", "Failed to delete floating IP %s: %v", address, err)
		return err
	}
	n.events.Done("SuccessfulDeleteFloatingIP", "Deleted floating IP %s", address)
	return nil
}

func (n *Networking) listFloatingIPs(ctx context.Context, query floatingips.ListOpts) ([]floatingips.FloatingIP, error) {
	pages, err := floatingips.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return floatingips.ExtractFloatingIPs(pages)
}
