// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/routers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/subnets"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
)

func (s *clusterScope) reconcileExternalNetwork(ctx context.Context) error {
	s.infraCluster.Status.ExternalNetwork = nil
	if ptr.Deref(s.infraCluster.Spec.DisableExternalNetwork, false) {
		return nil
	}
	network, err := s.networking.ExternalNetwork(ctx, s.infraCluster.Spec.ExternalNetwork)
	if err != nil {
		return s.fail(conditions.NetworkReady, conditions.NetworkCreateFailed, "Failed to reconcile external network",
			"failed to reconcile external network", fmt.Errorf("failed to get external network: %w", err))
	}
	if network != nil {
		s.infraCluster.Status.ExternalNetwork = ptr.To(networkStatus(network))
	}
	return nil
}

func (s *clusterScope) reconcileNetwork(ctx context.Context) error {
	if len(s.infraCluster.Spec.ManagedSubnets) > 0 {
		return s.reconcileManagedNetwork(ctx)
	}
	return s.reconcileExistingNetwork(ctx)
}

// reconcileManagedNetwork makes network, subnet and router.
func (s *clusterScope) reconcileManagedNetwork(ctx context.Context) error {
	spec, status := &s.infraCluster.Spec, &s.infraCluster.Status
	name := openstack.ClusterResourceName(s.cluster.Namespace, s.cluster.Name)
	network, err := s.networking.EnsureNetwork(ctx, openstack.NetworkRequest{
		Name: name, MTU: ptr.Deref(spec.NetworkMTU, 0), DisablePortSecurity: ptr.Deref(spec.DisablePortSecurity, false), Tags: spec.Tags,
	})
	if err != nil {
		return s.fail(conditions.NetworkReady, conditions.NetworkCreateFailed, "Failed to reconcile network", "failed to reconcile network", err)
	}
	subnet, err := s.networking.EnsureSubnet(ctx, network.ID, name, s.resourceName(), spec.ManagedSubnets[0], spec.Tags)
	if err != nil {
		return s.fail(conditions.NetworkReady, conditions.SubnetCreateFailed, "Failed to reconcile subnets", "failed to reconcile subnets", err)
	}
	status.Network = &infrav1.NetworkStatusWithSubnets{NetworkStatus: networkStatus(network), Subnets: subnetStatus([]subnets.Subnet{*subnet})}
	conditions.True(s.infraCluster, conditions.NetworkReady)
	if status.ExternalNetwork == nil {
		conditions.True(s.infraCluster, conditions.RouterReady)
		return nil
	}
	router, err := s.networking.EnsureRouter(ctx, openstack.RouterRequest{
		Name: name, Cluster: s.resourceName(), Existing: spec.Router, ExternalNetworkID: status.ExternalNetwork.ID,
		ExternalIPs: spec.ExternalRouterIPs, SubnetIDs: []string{subnet.ID}, Tags: spec.Tags,
	})
	if err != nil {
		return s.fail(conditions.RouterReady, conditions.RouterCreateFailed, "Failed to reconcile router", "failed to reconcile router", err)
	}
	status.Router = routerStatus(router)
	conditions.True(s.infraCluster, conditions.RouterReady)
	return nil
}

// reconcileExistingNetwork looks up the given network, subnets and router.
func (s *clusterScope) reconcileExistingNetwork(ctx context.Context) error {
	spec, status := &s.infraCluster.Spec, &s.infraCluster.Status
	if status.Network == nil {
		status.Network = &infrav1.NetworkStatusWithSubnets{}
	}
	if spec.Network != nil {
		network, err := s.networking.Network(ctx, spec.Network)
		if err != nil {
			return s.fail(conditions.NetworkReady, conditions.OpenStackError, "Failed to find network", "failed to find network", err)
		}
		status.Network.NetworkStatus = networkStatus(network)
	}
	found, err := s.existingSubnets(ctx, status.Network.ID)
	if err != nil {
		return s.failSubnets(err)
	}
	status.Network.Subnets = subnetStatus(found)
	if status.Network.ID == "" && len(found) > 0 {
		network, err := s.networking.Network(ctx, &infrav1.NetworkParam{ID: &found[0].NetworkID})
		if err != nil {
			conditions.False(s.infraCluster, conditions.NetworkReady, conditions.OpenStackError, "Failed to get network by ID: %v", err)
			return err
		}
		status.Network.NetworkStatus = networkStatus(network)
	}
	conditions.True(s.infraCluster, conditions.NetworkReady)
	if spec.Router == nil {
		return nil
	}
	router, err := s.networking.Router(ctx, spec.Router)
	if err != nil {
		return s.fail(conditions.RouterReady, conditions.OpenStackError, "Failed to find router", "failed to find router", err)
	}
	status.Router = routerStatus(router)
	conditions.True(s.infraCluster, conditions.RouterReady)
	return nil
}

// failSubnets shows that the subnets cannot be told; a filter that does not fit shows in Ready too.
func (s *clusterScope) failSubnets(err error) error {
	conditions.False(s.infraCluster, conditions.NetworkReady, conditions.OpenStackError, "Failed to get cluster subnets: %v", err)
	if openstack.IsFilterMismatch(err) {
		conditions.False(s.infraCluster, conditions.Ready, conditions.OpenStackError, "%v", err)
	}
	return err
}

func (s *clusterScope) existingSubnets(ctx context.Context, networkID string) ([]subnets.Subnet, error) {
	params := s.infraCluster.Spec.Subnets
	if len(params) == 0 {
		if networkID == "" {
			return nil, fmt.Errorf("no network or subnets specified in OpenStackCluster spec")
		}
		found, err := s.networking.Subnets(ctx, networkID)
		if err != nil {
			return nil, fmt.Errorf("failed to find subnets: %w", err)
		}
		return found, nil
	}
	var found []subnets.Subnet
	for i := range params {
		subnet, err := s.networking.Subnet(ctx, networkID, &params[i])
		if err != nil {
			return nil, fmt.Errorf("failed to find subnet %d in network %s: %w", i, networkID, err)
		}
		networkID = subnet.NetworkID
		found = append(found, *subnet)
	}
	return found, nil
}

func (s *clusterScope) reconcileSecurityGroups(ctx context.Context) error {
	spec, status := &s.infraCluster.Spec, &s.infraCluster.Status
	if spec.ManagedSecurityGroups == nil {
		conditions.True(s.infraCluster, conditions.SecurityGroupsReady)
		return nil
	}
	request := openstack.SecurityGroupRequest{
		Namespace: s.cluster.Namespace, Cluster: s.cluster.Name, Managed: spec.ManagedSecurityGroups, Tags: spec.Tags,
	}
	for _, subnet := range status.Network.Subnets {
		request.SubnetCIDRs = append(request.SubnetCIDRs, subnet.CIDR)
	}
	if spec.APIServerLoadBalancer.IsEnabled() {
		request.AdditionalPorts = spec.APIServerLoadBalancer.AdditionalPorts
	}
	controlPlane, worker, err := s.networking.EnsureSecurityGroups(ctx, request)
	if err != nil {
		return s.fail(conditions.SecurityGroupsReady, conditions.SecurityGroupCreateFailed,
			"Failed to reconcile security groups", "failed to reconcile security groups", err)
	}
	status.ControlPlaneSecurityGroup = &infrav1.SecurityGroupStatus{Name: controlPlane.Name, ID: controlPlane.ID}
	status.WorkerSecurityGroup = &infrav1.SecurityGroupStatus{Name: worker.Name, ID: worker.ID}
	conditions.True(s.infraCluster, conditions.SecurityGroupsReady)
	return nil
}

// resourceName is the cluster's name in descriptions and in the names of what is made for it.
func (s *clusterScope) resourceName() string { return s.cluster.Namespace + "-" + s.cluster.Name }

func networkStatus(network *networks.Network) infrav1.NetworkStatus {
	return infrav1.NetworkStatus{Name: network.Name, ID: network.ID, Tags: network.Tags}
}

func subnetStatus(found []subnets.Subnet) []infrav1.SubnetStatus {
	var status []infrav1.SubnetStatus
	for _, subnet := range found {
		status = append(status, infrav1.SubnetStatus{Name: subnet.Name, ID: subnet.ID, CIDR: subnet.CIDR, Tags: subnet.Tags})
	}
	return status
}

func routerStatus(router *routers.Router) *infrav1.RouterStatus {
	status := &infrav1.RouterStatus{Name: router.Name, ID: router.ID, Tags: router.Tags}
	for _, address := range router.GatewayInfo.ExternalFixedIPs {
		status.IPs = append(status.IPs, address.IPAddress)
	}
	return status
}
