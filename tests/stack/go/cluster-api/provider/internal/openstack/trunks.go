// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"fmt"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/trunks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
)

func (n *Networking) ensureTrunk(ctx context.Context, port *ports.Port, tags []string) error {
	found, err := n.listTrunks(ctx, trunks.ListOpts{Name: port.Name, PortID: port.ID})
	if err != nil {
		return fmt.Errorf("searching for existing trunk for server: %v", err)
	}
	if len(found) > 0 {
		return n.ensureTags(ctx, "trunks", found[0].ID, found[0].Tags, tags)
	}
	trunk, err := trunks.Create(ctx, n.client, trunks.CreateOpts{Name: port.Name, PortID: port.ID, Description: port.Description}).Extract()
	if err != nil {
		return err
	}
	n.events.Done("SuccessfulCreateTrunk", "Created trunk %s with id %s", trunk.Name, trunk.ID)
	return n.ensureTags(ctx, "trunks", trunk.ID, trunk.Tags, tags)
}

func (n *Networking) deleteTrunkOf(ctx context.Context, portID string) error {
	supported, err := n.hasExtension(ctx, "trunk")
	if err != nil || !supported {
		return err
	}
	found, err := n.listTrunks(ctx, trunks.ListOpts{PortID: portID})
	if err != nil || len(found) != 1 {
		return err
	}
	trunk := found[0]
	remove := func() error { return trunks.Delete(ctx, n.client, trunk.ID).ExtractErr() }
	err = retry(ctx, remove, func(err error) bool { return IsConflict(err) || IsRetryable(err) })
	if err != nil && !IsNotFound(err) {
		n.events.Failed("FailedDeleteTrunk", "Failed to delete trunk %s with id %s: %v", trunk.Name, trunk.ID, err)
		return err
	}
	n.events.Done("SuccessfulDeleteTrunk", "Deleted trunk %s with id %s", trunk.Name, trunk.ID)
	return nil
}

func (n *Networking) listTrunks(ctx context.Context, query trunks.ListOpts) ([]trunks.Trunk, error) {
	pages, err := trunks.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return trunks.ExtractTrunks(pages)
}
