// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/common/extensions"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/attributestags"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/external"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

const (
	deleteRetryInterval = 5 * time.Second
	deleteRetryTimeout  = 3 * time.Minute
)

// Networking is Neutron, seen by one project.
type Networking struct {
	client    *gophercloud.ServiceClient
	projectID string
	events    Events
}

// Description is what everything made for a cluster carries as its description.
func Description(cluster string) string {
	return "Created by cluster-api-provider-openstack cluster " + cluster
}

// NetworkID returns the ID of a network; an ID that is given is not looked up.
func (n *Networking) NetworkID(ctx context.Context, param *infrav1.NetworkParam) (string, error) {
	if param.ID != nil {
		return *param.ID, nil
	}
	network, err := n.Network(ctx, param)
	if err != nil {
		return "", err
	}
	return network.ID, nil
}

// Network looks up one network.
func (n *Networking) Network(ctx context.Context, param *infrav1.NetworkParam) (*networks.Network, error) {
	if param.ID != nil {
		return networks.Get(ctx, n.client, *param.ID).Extract()
	}
	return n.oneNetwork(ctx, networkQuery(param.Filter))
}

// ExternalNetwork looks up the external network, or the only one there is. It returns nil if none is given and
// there is none.
func (n *Networking) ExternalNetwork(ctx context.Context, param *infrav1.NetworkParam) (*networks.Network, error) {
	if param != nil && param.ID != nil {
		return n.Network(ctx, param)
	}
	var filter *infrav1.NetworkFilter
	if param != nil {
		filter = param.Filter
	}
	network, err := n.oneNetwork(ctx, external.ListOptsExt{ListOptsBuilder: networkQuery(filter), External: ptr.To(true)})
	if param == nil && errors.Is(err, ErrNoMatches) {
		return nil, nil
	}
	return network, err
}

func (n *Networking) oneNetwork(ctx context.Context, query networks.ListOptsBuilder) (*networks.Network, error) {
	pages, err := networks.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := networks.ExtractNetworks(pages)
	if err != nil {
		return nil, err
	}
	return single(found)
}

// Subnet looks up one subnet, in the given network if that is not empty.
func (n *Networking) Subnet(ctx context.Context, networkID string, param *infrav1.SubnetParam) (*subnets.Subnet, error) {
	if param.ID != nil {
		subnet, err := subnets.Get(ctx, n.client, *param.ID).Extract()
		if IsNotFound(err) || (err == nil && networkID != "" && subnet.NetworkID != networkID) {
			return nil, ErrNoMatches
		}
		return subnet, err
	}
	query := subnetQuery(param.Filter)
	if networkID != "" {
		query.NetworkID = networkID
	}
	found, err := n.listSubnets(ctx, query)
	if err != nil {
		return nil, err
	}
	return single(found)
}

// Subnets lists the subnets of a network.
func (n *Networking) Subnets(ctx context.Context, networkID string) ([]subnets.Subnet, error) {
	found, err := n.listSubnets(ctx, subnets.ListOpts{NetworkID: networkID})
	if err == nil && len(found) == 0 {
		return nil, ErrNoMatches
	}
	return found, err
}

func (n *Networking) listSubnets(ctx context.Context, query subnets.ListOpts) ([]subnets.Subnet, error) {
	pages, err := subnets.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	return subnets.ExtractSubnets(pages)
}

func (n *Networking) hasExtension(ctx context.Context, alias string) (bool, error) {
	pages, err := extensions.List(n.client).AllPages(ctx)
	if err != nil {
		return false, err
	}
	found, err := extensions.ExtractExtensions(pages)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(found, func(e extensions.Extension) bool { return e.Alias == alias }), nil
}

// ensureTags replaces the tags of a resource if others are wanted and Neutron knows tags.
func (n *Networking) ensureTags(ctx context.Context, resource, id string, there, wanted []string) error {
	if len(wanted) == 0 || slices.Equal(sortedUnique(there), sortedUnique(wanted)) {
		return nil
	}
	supported, err := n.hasExtension(ctx, "standard-attr-tag")
	if err != nil || !supported {
		return err
	}
	return attributestags.ReplaceAll(ctx, n.client, resource, id, attributestags.ReplaceAllOpts{Tags: sortedUnique(wanted)}).Err
}

func sortedUnique(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

// retry repeats an act while its error is one that passes.
func retry(ctx context.Context, act func() error, passes func(error) bool) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, deleteRetryInterval, deleteRetryTimeout, true, func(context.Context) (bool, error) {
		if last = act(); last != nil && passes(last) {
			return false, nil
		}
		return true, last
	})
	if last != nil {
		return last
	}
	return err
}
