// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/workload"
)

var errNoEndpoint = errors.New("unable to determine control plane endpoint")

// reconcileEndpoint does for the API server's endpoint what Cluster API Provider OpenStack does in Neutron, and then
// sets the endpoint to the workload API server of this process, which is the one that Cluster API can reach.
func (s *clusterScope) reconcileEndpoint(ctx context.Context) error {
	if err := s.reserveAddress(ctx); err != nil {
		conditions.False(s.infraCluster, conditions.APIEndpointReady, conditions.APIEndpointConfigFailed, "Failed to reconcile control plane endpoint: %v", err)
		conditions.False(s.infraCluster, conditions.Ready, conditions.OpenStackError, "%v", err)
		return err
	}
	endpoint, err := s.Workload.Serve(ctx, client.ObjectKeyFromObject(s.cluster), earlierEndpoint(s.infraCluster))
	if err != nil {
		return err
	}
	s.infraCluster.Spec.ControlPlaneEndpoint = &infrav1.APIEndpoint{Host: endpoint.Host, Port: endpoint.Port}
	conditions.True(s.infraCluster, conditions.APIEndpointReady)
	return nil
}

// reserveAddress allocates the floating IP that the load balancer or the first control plane machine gets. There is
// no Octavia: a load balancer is its floating IP in the status, and nothing more.
func (s *clusterScope) reserveAddress(ctx context.Context) error {
	spec := &s.infraCluster.Spec
	if wantsFloatingIP(s.infraCluster) {
		address, err := s.networking.EnsureFloatingIP(ctx, floatingIPRequest(s.infraCluster, s.cluster))
		if err != nil {
			return fmt.Errorf("floating IP cannot be got or created: %w", err)
		}
		if spec.APIServerLoadBalancer.IsEnabled() {
			s.infraCluster.Status.APIServerLoadBalancer = s.loadBalancerStatus(address.FloatingIP)
		}
		return nil
	}
	switch {
	case spec.APIServerLoadBalancer.IsEnabled():
		s.infraCluster.Status.APIServerLoadBalancer = s.loadBalancerStatus("")
		return nil
	case spec.ControlPlaneEndpoint != nil && spec.ControlPlaneEndpoint.Host != "", spec.APIServerFixedIP != nil:
		return nil
	}
	return errNoEndpoint
}

func (s *clusterScope) loadBalancerStatus(address string) *infrav1.LoadBalancerStatus {
	return &infrav1.LoadBalancerStatus{
		Name:         openstack.ClusterResourceName(s.cluster.Namespace, s.cluster.Name) + "-kubeapi",
		IP:           address,
		InternalIP:   ptr.Deref(s.infraCluster.Spec.APIServerFixedIP, ""),
		AllowedCIDRs: s.infraCluster.Spec.APIServerLoadBalancer.AllowedCIDRs,
		Tags:         s.infraCluster.Spec.Tags,
	}
}

// deleteLoadBalancer deletes the floating IP that stood for the load balancer, unless it was given.
func (s *clusterScope) deleteLoadBalancer(ctx context.Context) error {
	status := s.infraCluster.Status.APIServerLoadBalancer
	if status == nil || status.IP == "" || s.infraCluster.Spec.APIServerFloatingIP != nil {
		return nil
	}
	return s.networking.DeleteFloatingIP(ctx, status.IP)
}

// wantsFloatingIP says whether the API server gets a floating IP.
func wantsFloatingIP(infraCluster *infrav1.OpenStackCluster) bool {
	return !ptr.Deref(infraCluster.Spec.DisableAPIServerFloatingIP, false) &&
		!ptr.Deref(infraCluster.Spec.DisableExternalNetwork, false) && infraCluster.Status.ExternalNetwork != nil
}

func floatingIPRequest(infraCluster *infrav1.OpenStackCluster, cluster *clusterv1.Cluster) openstack.FloatingIPRequest {
	return openstack.FloatingIPRequest{
		Address:           ptr.Deref(infraCluster.Spec.APIServerFloatingIP, ""),
		ExternalNetworkID: infraCluster.Status.ExternalNetwork.ID,
		Cluster:           cluster.Namespace + "-" + cluster.Name,
		Tags:              infraCluster.Spec.Tags,
	}
}

func earlierEndpoint(infraCluster *infrav1.OpenStackCluster) workload.Endpoint {
	if endpoint := infraCluster.Spec.ControlPlaneEndpoint; endpoint != nil {
		return workload.Endpoint{Host: endpoint.Host, Port: endpoint.Port}
	}
	return workload.Endpoint{}
}
