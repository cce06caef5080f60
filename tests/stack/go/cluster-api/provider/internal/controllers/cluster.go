// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/collections"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
)

// clusterScope is one look at a cluster.
type clusterScope struct {
	*Provider
	cluster      *clusterv1.Cluster
	infraCluster *infrav1.OpenStackCluster
	networking   *openstack.Networking
}

func (p *Provider) reconcileCluster(ctx context.Context, request reconcile.Request) (result reconcile.Result, err error) {
	infraCluster := &infrav1.OpenStackCluster{}
	if err := p.Get(ctx, request.NamespacedName, infraCluster); err != nil {
		return result, client.IgnoreNotFound(err)
	}
	cluster, err := p.ownerCluster(ctx, infraCluster)
	if err != nil || cluster == nil || annotations.IsPaused(cluster, infraCluster) {
		return result, err
	}
	patcher, err := patch.NewHelper(infraCluster, p.Client)
	if err != nil {
		return result, err
	}
	defer func() {
		infraCluster.Status.Ready = conditions.IsTrue(infraCluster, conditions.Ready)
		if failed := patcher.Patch(ctx, infraCluster, patch.WithOwnedConditions{Conditions: []string{
			conditions.Ready, conditions.AuthenticationSucceeded, conditions.NetworkReady, conditions.RouterReady,
			conditions.SecurityGroupsReady, conditions.APIEndpointReady,
		}}); failed != nil {
			result, err = reconcile.Result{}, errors.Join(err, client.IgnoreNotFound(failed))
		}
	}()
	session, err := p.session(ctx, infraCluster.Namespace, infraCluster.Spec.IdentityRef)
	if err != nil {
		conditions.False(infraCluster, conditions.AuthenticationSucceeded, conditions.AuthenticationFailed, "Failed to create OpenStack client scope: %v", err)
		return result, err
	}
	conditions.True(infraCluster, conditions.AuthenticationSucceeded)
	scope := &clusterScope{Provider: p, cluster: cluster, infraCluster: infraCluster}
	if infraCluster.DeletionTimestamp.IsZero() {
		return result, scope.reconcileNormal(ctx, session)
	}
	return scope.reconcileDelete(ctx, session)
}

func (s *clusterScope) reconcileNormal(ctx context.Context, session *openstack.Session) error {
	if controllerutil.AddFinalizer(s.infraCluster, infrav1.ClusterFinalizer) {
		return nil
	}
	compute, err := session.Compute(s.events(s.infraCluster))
	if err != nil {
		return err
	}
	if s.networking, err = session.Networking(s.events(s.infraCluster)); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{
		s.reconcileExternalNetwork, s.reconcileNetwork, s.reconcileSecurityGroups, s.reconcileEndpoint,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if len(s.infraCluster.Status.FailureDomains) == 0 {
		zones, err := compute.AvailabilityZones(ctx)
		if err != nil {
			return err
		}
		s.infraCluster.Status.FailureDomains = failureDomains(&s.infraCluster.Spec, zones)
	}
	s.infraCluster.Status.Initialization = &infrav1.Initialization{Provisioned: true}
	conditions.True(s.infraCluster, conditions.Ready)
	return nil
}

// failureDomains are Nova's zones, with those marked that control plane machines may be in.
func failureDomains(spec *infrav1.OpenStackClusterSpec, zones []string) []infrav1.FailureDomain {
	var domains []infrav1.FailureDomain
	for _, zone := range zones {
		controlPlane := !ptr.Deref(spec.ControlPlaneOmitAvailabilityZone, false)
		if len(spec.ControlPlaneAvailabilityZones) > 0 {
			controlPlane = slices.Contains(spec.ControlPlaneAvailabilityZones, zone)
		}
		domains = append(domains, infrav1.FailureDomain{Name: zone, ControlPlane: &controlPlane})
	}
	return domains
}

// fail shows an error in the condition of a step and in Ready.
func (s *clusterScope) fail(kind, reason, stepMessage, readyMessage string, err error) error {
	conditions.False(s.infraCluster, kind, reason, "%s: %v", stepMessage, err)
	err = fmt.Errorf("%s: %w", readyMessage, err)
	conditions.False(s.infraCluster, conditions.Ready, conditions.OpenStackError, "%v", err)
	return err
}

// reconcileDelete waits for the machines, then deletes router, ports, network and security groups, in this order,
// and forgets the workload cluster.
func (s *clusterScope) reconcileDelete(ctx context.Context, session *openstack.Session) (reconcile.Result, error) {
	machines, err := collections.GetFilteredMachinesForCluster(ctx, s.Client, s.cluster)
	if err != nil {
		return reconcile.Result{}, err
	}
	if len(machines) > 0 {
		return reconcile.Result{RequeueAfter: waitForMachines}, nil
	}
	if s.networking, err = session.Networking(s.events(s.infraCluster)); err != nil {
		return reconcile.Result{}, err
	}
	for _, step := range s.deleteSteps() {
		if err := step.act(ctx); err != nil {
			err = fmt.Errorf("failed to delete %s: %w", step.what, err)
			conditions.False(s.infraCluster, conditions.Ready, conditions.OpenStackError, "%v", err)
			return reconcile.Result{}, err
		}
	}
	if err := s.Workload.Remove(client.ObjectKeyFromObject(s.cluster)); err != nil {
		return reconcile.Result{}, err
	}
	controllerutil.RemoveFinalizer(s.infraCluster, infrav1.ClusterFinalizer)
	return reconcile.Result{}, nil
}

type deleteStep struct {
	what string
	act  func(context.Context) error
}

func (s *clusterScope) deleteSteps() []deleteStep {
	spec, namespace, name := &s.infraCluster.Spec, s.cluster.Namespace, s.cluster.Name
	resource := openstack.ClusterResourceName(namespace, name)
	var steps []deleteStep
	if spec.APIServerLoadBalancer.IsEnabled() {
		steps = append(steps, deleteStep{"load balancer", s.deleteLoadBalancer})
	}
	if len(spec.ManagedSubnets) > 0 {
		steps = append(steps,
			deleteStep{"router", func(ctx context.Context) error { return s.networking.DeleteRouter(ctx, spec.Router, resource) }},
			deleteStep{"ports", func(ctx context.Context) error {
				if network := s.infraCluster.Status.Network; network != nil && network.ID != "" {
					return s.networking.DeleteClusterPorts(ctx, network.ID, s.infraCluster.Name)
				}
				return nil
			}},
			deleteStep{"network", func(ctx context.Context) error { return s.networking.DeleteNetwork(ctx, resource) }},
		)
	}
	return append(steps, deleteStep{"security groups", func(ctx context.Context) error {
		return s.networking.DeleteSecurityGroups(ctx, namespace, name)
	}})
}
