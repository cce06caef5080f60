// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/routers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/mtu"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/portsecurity"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// ClusterResourceName is the name of the network, the subnet and the router that are made for a cluster.
func ClusterResourceName(namespace, name string) string {
	return fmt.Sprintf("k8s-clusterapi-cluster-%s-%s", namespace, name)
}

// NetworkRequest describes a network to make.
type NetworkRequest struct {
	Name                string
	MTU                 int
	DisablePortSecurity bool
	Tags                []string
}

// EnsureNetwork makes the network of a cluster unless it is there.
func (n *Networking) EnsureNetwork(ctx context.Context, request NetworkRequest) (*networks.Network, error) {
	network, err := n.managedNetwork(ctx, request.Name)
	if err != nil || network != nil {
		return network, err
	}
	var builder networks.CreateOptsBuilder = networks.CreateOpts{AdminStateUp: gophercloud.Enabled, Name: request.Name}
	if request.DisablePortSecurity {
		builder = portsecurity.NetworkCreateOptsExt{CreateOptsBuilder: builder, PortSecurityEnabled: gophercloud.Disabled}
	}
	if request.MTU > 0 {
		builder = mtu.CreateOptsExt{CreateOptsBuilder: builder, MTU: request.MTU}
	}
	network, err = networks.Create(ctx, n.client, builder).Extract()
	if err != nil {
		n.events.Failed("FailedCreateNetwork", "Failed to create network %s: %v", request.Name, err)
		return nil, err
	}
	n.events.Done("SuccessfulCreateNetwork", "Created network %s with id %s", network.Name, network.ID)
	network.Tags = request.Tags
	return network, n.ensureTags(ctx, "networks", network.ID, nil, request.Tags)
}

func (n *Networking) managedNetwork(ctx context.Context, name string) (*networks.Network, error) {
	network, err := n.oneNetwork(ctx, networks.ListOpts{Name: name})
	switch {
	case errors.Is(err, ErrNoMatches):
		return nil, nil
	case errors.Is(err, ErrMultipleMatches):
		return nil, fmt.Errorf("found several networks with the name %s, which should not happen", name)
	}
	return network, err
}

// EnsureSubnet makes the subnet of a cluster's network unless it is there, and keeps its name servers as wanted.
func (n *Networking) EnsureSubnet(ctx context.Context, networkID, name, cluster string, spec infrav1.SubnetSpec, tags []string) (*subnets.Subnet, error) {
	found, err := n.listSubnets(ctx, subnets.ListOpts{NetworkID: networkID, CIDR: spec.CIDR})
	if err != nil {
		return nil, err
	}
	switch len(found) {
	case 0:
		return n.createSubnet(ctx, networkID, name, cluster, spec, tags)
	case 1:
		if slices.Equal(found[0].DNSNameservers, spec.DNSNameservers) {
			return &found[0], nil
		}
		return subnets.Update(ctx, n.client, found[0].ID, subnets.UpdateOpts{DNSNameservers: &spec.DNSNameservers}).Extract()
	}
	return nil, fmt.Errorf("found %d subnets with the CIDR %s and network %s, which should not happen", len(found), spec.CIDR, networkID)
}

func (n *Networking) createSubnet(ctx context.Context, networkID, name, cluster string, spec infrav1.SubnetSpec, tags []string) (*subnets.Subnet, error) {
	subnet, err := subnets.Create(ctx, n.client, subnetCreateOptions(networkID, name, cluster, spec)).Extract()
	if err != nil {
		n.events.Failed("FailedCreateSubnet", "Failed to create subnet %s: %v", name, err)
		return nil, err
	}
	n.events.Done("SuccessfulCreateSubnet", "Created subnet %s with id %s", name, subnet.ID)
	return subnet, n.ensureTags(ctx, "subnets", subnet.ID, nil, tags)
}

func subnetCreateOptions(networkID, name, cluster string, spec infrav1.SubnetSpec) subnets.CreateOpts {
	options := subnets.CreateOpts{
		NetworkID:      networkID,
		Name:           name,
		IPVersion:      gophercloud.IPv4,
		CIDR:           spec.CIDR,
		DNSNameservers: spec.DNSNameservers,
		Description:    Description(cluster),
	}
	if prefix, err := netip.ParsePrefix(spec.CIDR); err == nil && prefix.Addr().Is6() {
		options.IPVersion = gophercloud.IPv6
	}
	for _, pool := range spec.AllocationPools {
		options.AllocationPools = append(options.AllocationPools, subnets.AllocationPool{Start: pool.Start, End: pool.End})
	}
	return options
}

// RouterRequest describes the router of a cluster.
type RouterRequest struct {
	Name              string
	Cluster           string
	Existing          *infrav1.RouterParam
	ExternalNetworkID string
	ExternalIPs       []infrav1.ExternalRouterIPParam
	SubnetIDs         []string
	Tags              []string
}

// EnsureRouter makes the router of a cluster unless it is there or given, and gives it a leg in each subnet.
func (n *Networking) EnsureRouter(ctx context.Context, request RouterRequest) (*routers.Router, error) {
	router, err := n.clusterRouter(ctx, request.Existing, request.Name)
	if err != nil {
		return nil, fmt.Errorf("fetching router: %w", err)
	}
	if router == nil {
		if router, err = n.createRouter(ctx, request); err != nil {
			return nil, err
		}
	}
	if len(request.ExternalIPs) > 0 {
		if err := n.setExternalIPs(ctx, router, request); err != nil {
			return nil, err
		}
	}
	legs, err := n.listPorts(ctx, ports.ListOpts{DeviceID: router.ID})
	if err != nil {
		return nil, err
	}
	for _, subnetID := range request.SubnetIDs {
		if hasSubnet(legs, subnetID) {
			continue
		}
		if _, err := routers.AddInterface(ctx, n.client, router.ID, routers.AddInterfaceOpts{SubnetID: subnetID}).Extract(); err != nil {
			return nil, fmt.Errorf("unable to create router interface: %v", err)
		}
	}
	return router, nil
}

func hasSubnet(legs []ports.Port, subnetID string) bool {
	return slices.ContainsFunc(legs, func(leg ports.Port) bool {
		return slices.ContainsFunc(leg.FixedIPs, func(ip ports.IP) bool { return ip.SubnetID == subnetID })
	})
}

// Router looks up one router.
func (n *Networking) Router(ctx context.Context, param *infrav1.RouterParam) (*routers.Router, error) {
	if param.ID != nil {
		return routers.Get(ctx, n.client, *param.ID).Extract()
	}
	return n.oneRouter(ctx, routerQuery(param.Filter))
}

// clusterRouter returns the given router, the one made for the cluster, or nil.
func (n *Networking) clusterRouter(ctx context.Context, existing *infrav1.RouterParam, name string) (*routers.Router, error) {
	if existing != nil {
		return n.Router(ctx, existing)
	}
	router, err := n.oneRouter(ctx, routers.ListOpts{Name: name})
	if errors.Is(err, ErrNoMatches) {
		return nil, nil
	}
	return router, err
}

func (n *Networking) oneRouter(ctx context.Context, query routers.ListOpts) (*routers.Router, error) {
	pages, err := routers.List(n.client, query).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := routers.ExtractRouters(pages)
	if err != nil {
		return nil, err
	}
	return single(found)
}

func (n *Networking) createRouter(ctx context.Context, request RouterRequest) (*routers.Router, error) {
	options := routers.CreateOpts{Name: request.Name, Description: Description(request.Cluster)}
	if len(request.ExternalIPs) == 0 {
		options.GatewayInfo = &routers.GatewayInfo{NetworkID: request.ExternalNetworkID}
	}
	router, err := routers.Create(ctx, n.client, options).Extract()
	if err != nil {
		n.events.Failed("FailedCreateRouter", "Failed to create router %s: %v", request.Name, err)
		return nil, err
	}
	n.events.Done("SuccessfulCreateRouter", "Created router %s with id %s", request.Name, router.ID)
	return router, n.ensureTags(ctx, "routers", router.ID, nil, request.Tags)
}

func (n *Networking) setExternalIPs(ctx context.Context, router *routers.Router, request RouterRequest) error {
	gateway := &routers.GatewayInfo{NetworkID: request.ExternalNetworkID}
	for _, address := range request.ExternalIPs {
		subnet, err := n.Subnet(ctx, "", &address.Subnet)
		if err != nil {
			return fmt.Errorf("failed to get subnet for external router: %w", err)
		}
		gateway.ExternalFixedIPs = append(gateway.ExternalFixedIPs, routers.ExternalFixedIP{IPAddress: address.FixedIP, SubnetID: subnet.ID})
	}
	if _, err := routers.Update(ctx, n.client, router.ID, routers.UpdateOpts{GatewayInfo: gateway}).Extract(); err != nil {
		n.events.Failed("FailedUpdateRouter", "Failed to update router %s with id %s: %v", router.Name, router.ID, err)
		return err
	}
	return nil
}

// DeleteRouter takes the router out of the cluster's subnet and deletes it, unless it was given.
func (n *Networking) DeleteRouter(ctx context.Context, existing *infrav1.RouterParam, name string) error {
	router, err := n.clusterRouter(ctx, existing, name)
	if err != nil || router == nil {
		return err
	}
	found, err := n.listSubnets(ctx, subnets.ListOpts{Name: name})
	if err != nil {
		return err
	}
	for _, subnet := range found {
		_, err := routers.RemoveInterface(ctx, n.client, router.ID, routers.RemoveInterfaceOpts{SubnetID: subnet.ID}).Extract()
		if err != nil && !IsNotFound(err) {
			return fmt.Errorf("unable to remove router interface: %v", err)
		}
	}
	if existing != nil {
		return nil
	}
	if err := routers.Delete(ctx, n.client, router.ID).ExtractErr(); err != nil {
		n.events.Failed("FailedDeleteRouter", "Failed to delete router %s with id %s: %v", router.Name, router.ID, err)
		return err
	}
	n.events.Done("SuccessfulDeleteRouter", "Deleted router %s with id %s", router.Name, router.ID)
	return nil
}

// DeleteClusterPorts deletes the ports on a cluster's network whose names begin with the cluster's name.
func (n *Networking) DeleteClusterPorts(ctx context.Context, networkID, cluster string) error {
	found, err := n.listPorts(ctx, ports.ListOpts{NetworkID: networkID})
	if err != nil {
		return fmt.Errorf("list ports of network %q: %v", networkID, err)
	}
	for _, port := range found {
		if !strings.HasPrefix(port.Name, cluster) {
			continue
		}
		if err := n.DeletePort(ctx, port.ID); err != nil {
			return err
		}
	}
	return nil
}

// DeleteNetwork deletes the network that was made for a cluster.
func (n *Networking) DeleteNetwork(ctx context.Context, name string) error {
	network, err := n.managedNetwork(ctx, name)
	if err != nil || network == nil {
		return err
	}
	if err := networks.Delete(ctx, n.client, network.ID).ExtractErr(); err != nil {
		n.events.Failed("FailedDeleteNetwork", "Failed to delete network %s with id %s: %v", network.Name, network.ID, err)
		return err
	}
	n.events.Done("SuccessfulDeleteNetwork", "Deleted network %s with id %s", network.Name, network.ID)
	return nil
}
