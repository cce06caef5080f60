// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
)

// machineScope is one look at a machine.
type machineScope struct {
	*Provider
	cluster      *clusterv1.Cluster
	infraCluster *infrav1.OpenStackCluster
	machine      *clusterv1.Machine
	infraMachine *infrav1.OpenStackMachine
	session      *openstack.Session
}

func (p *Provider) reconcileMachine(ctx context.Context, request reconcile.Request) (result reconcile.Result, err error) {
	scope, err := p.machineScope(ctx, request)
	if err != nil || scope == nil {
		return result, err
	}
	infraMachine := scope.infraMachine
	patcher, err := patch.NewHelper(infraMachine, p.Client)
	if err != nil {
		return result, err
	}
	defer func() {
		infraMachine.Status.Ready = conditions.IsTrue(infraMachine, conditions.Ready)
		if failed := patcher.Patch(ctx, infraMachine, patch.WithOwnedConditions{Conditions: []string{
			conditions.Ready, conditions.InstanceReady, conditions.APIServerIngressReady, conditions.AuthenticationSucceeded,
		}}); failed != nil {
			result, err = reconcile.Result{}, errors.Join(err, client.IgnoreNotFound(failed))
		}
	}()
	scope.session, err = p.session(ctx, infraMachine.Namespace, identityRef(infraMachine, scope.infraCluster))
	if err != nil {
		conditions.False(infraMachine, conditions.AuthenticationSucceeded, conditions.AuthenticationFailed, "Failed to create OpenStack client scope: %v", err)
		return result, err
	}
	conditions.True(infraMachine, conditions.AuthenticationSucceeded)
	if infraMachine.DeletionTimestamp.IsZero() {
		return scope.reconcileNormal(ctx)
	}
	return result, scope.reconcileDelete(ctx)
}

// machineScope gathers what a machine belongs to; nil means that it is too early, or paused.
func (p *Provider) machineScope(ctx context.Context, request reconcile.Request) (*machineScope, error) {
	infraMachine := &infrav1.OpenStackMachine{}
	if err := p.Get(ctx, request.NamespacedName, infraMachine); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	machine, err := util.GetOwnerMachine(ctx, p.Client, infraMachine.ObjectMeta)
	if err != nil || machine == nil {
		return nil, err
	}
	cluster, err := util.GetClusterFromMetadata(ctx, p.Client, machine.ObjectMeta)
	if err != nil {
		return nil, nil
	}
	if annotations.IsPaused(cluster, infraMachine) {
		return nil, nil
	}
	infraCluster := &infrav1.OpenStackCluster{}
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.InfrastructureRef.Name}
	if err := p.Get(ctx, key, infraCluster); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	return &machineScope{Provider: p, cluster: cluster, infraCluster: infraCluster, machine: machine, infraMachine: infraMachine}, nil
}

func (s *machineScope) reconcileNormal(ctx context.Context) (reconcile.Result, error) {
	if !s.infraCluster.IsProvisioned() {
		conditions.False(s.infraMachine, conditions.InstanceReady, conditions.WaitingForClusterInfrastructure, "")
		return reconcile.Result{RequeueAfter: waitForClusterInfrastructure}, nil
	}
	if s.machine.Spec.Bootstrap.DataSecretName == nil {
		conditions.False(s.infraMachine, conditions.InstanceReady, conditions.WaitingForBootstrapData, "")
		return reconcile.Result{}, nil
	}
	if controllerutil.AddFinalizer(s.infraMachine, infrav1.MachineFinalizer) {
		return reconcile.Result{}, nil
	}
	server, err := s.ensureServer(ctx)
	if err != nil {
		return reconcile.Result{}, err
	}
	switch conditions.ShowServer(s.infraMachine, server) {
	case conditions.Building:
		return reconcile.Result{RequeueAfter: s.Timing.Poll}, nil
	case conditions.Stuck:
		return reconcile.Result{RequeueAfter: waitForStuckServer}, s.loseNode(ctx)
	case conditions.Gone:
		return reconcile.Result{}, s.loseNode(ctx)
	}
	return s.reconcileActive(ctx, server)
}

// reconcileActive notes the active server, points the API server's floating IP at it and starts its node.
func (s *machineScope) reconcileActive(ctx context.Context, server *v1alpha1.OpenStackServer) (reconcile.Result, error) {
	region := ""
	if ref := s.infraMachine.Spec.IdentityRef; ref != nil {
		region = ref.Region
	}
	id := *server.Status.InstanceID
	s.infraMachine.Spec.ProviderID = ptr.To(fmt.Sprintf("openstack://%s/%s", region, id))
	s.infraMachine.Status.InstanceID = &id
	s.infraMachine.Status.Initialization = &infrav1.Initialization{Provisioned: true}
	compute, err := s.session.Compute(s.events(s.infraMachine))
	if err != nil {
		return reconcile.Result{}, err
	}
	instance, err := compute.Server(ctx, id)
	if err != nil {
		return reconcile.Result{}, err
	}
	if instance == nil {
		conditions.ShowUnexpectedDeletion(s.infraMachine)
		return reconcile.Result{}, s.loseNode(ctx)
	}
	addresses, err := openstack.ServerAddresses(instance)
	if err != nil {
		return reconcile.Result{}, fmt.Errorf("get network status: %w", err)
	}
	s.infraMachine.Status.Addresses = append(addresses, corev1.NodeAddress{Type: corev1.NodeInternalDNS, Address: instance.Name})
	if util.IsControlPlaneMachine(s.machine) {
		if err := s.ensureIngress(ctx, instance); err != nil {
			return reconcile.Result{}, err
		}
		conditions.True(s.infraMachine, conditions.APIServerIngressReady)
	}
	return s.startNode(ctx)
}

// ensureIngress points the API server's floating IP at the first control plane machine, unless a load balancer
// stands before them.
func (s *machineScope) ensureIngress(ctx context.Context, instance *servers.Server) error {
	if s.infraCluster.Spec.APIServerLoadBalancer.IsEnabled() || !wantsFloatingIP(s.infraCluster) {
		return nil
	}
	fail := func(what string, err error) error {
		conditions.False(s.infraMachine, conditions.APIServerIngressReady, conditions.FloatingIPError, "%s: %v", what, err)
		return err
	}
	networking, err := s.session.Networking(s.events(s.infraMachine))
	if err != nil {
		return err
	}
	address, err := networking.EnsureFloatingIP(ctx, floatingIPRequest(s.infraCluster, s.cluster))
	if err != nil {
		return fail("Floating IP cannot be obtained or created", err)
	}
	port, err := networking.ServerPort(ctx, instance.ID, s.infraCluster.Status.Network.ID)
	if err == nil && port == nil {
		err = fmt.Errorf("did not find management port for server %s", instance.ID)
	}
	if err != nil {
		return fail("Obtaining management port for control plane machine failed", err)
	}
	if err := networking.AssociateFloatingIP(ctx, address, port.ID); err != nil {
		return fail("Associating floating IP failed", err)
	}
	return nil
}

func (s *machineScope) serverKey() client.ObjectKey {
	return client.ObjectKeyFromObject(s.infraMachine)
}

func (s *machineScope) ensureServer(ctx context.Context) (*v1alpha1.OpenStackServer, error) {
	server := &v1alpha1.OpenStackServer{}
	err := s.Get(ctx, s.serverKey(), server)
	if !apierrors.IsNotFound(err) {
		return server, err
	}
	if server, err = newServer(s.machine, s.infraMachine, s.infraCluster); err != nil {
		conditions.False(s.infraMachine, conditions.InstanceReady, conditions.InvalidMachineSpec, "%v", err)
		return nil, err
	}
	if err := s.Create(ctx, server); err != nil {
		return nil, fmt.Errorf("failed to create machine server: %w", err)
	}
	return server, nil
}

// reconcileDelete deletes the floating IPs of a control plane machine, then its server with the ports, then the node,
// and lets go of the machine. Without services, for want of a credential, it only tries again: nothing shows it.
func (s *machineScope) reconcileDelete(ctx context.Context) error {
	compute, err := s.session.Compute(s.events(s.infraMachine))
	if err != nil {
		return err
	}
	if !s.infraCluster.IsProvisioned() || s.infraCluster.Status.Network == nil {
		controllerutil.RemoveFinalizer(s.infraMachine, infrav1.MachineFinalizer)
		return nil
	}
	server := &v1alpha1.OpenStackServer{}
	err = s.Get(ctx, s.serverKey(), server)
	if apierrors.IsNotFound(err) {
		if err := s.Workload.StopMachine(ctx, client.ObjectKeyFromObject(s.cluster), s.infraMachine.Name); err != nil {
			return err
		}
		controllerutil.RemoveFinalizer(s.infraMachine, infrav1.MachineFinalizer)
		return nil
	}
	if err != nil {
		return err
	}
	if id := server.Status.InstanceID; id != nil {
		instance, err := compute.Server(ctx, *id)
		if err != nil {
			return err
		}
		if err := s.removeIngress(ctx, instance); err != nil {
			return err
		}
	}
	if err := s.Delete(ctx, server); client.IgnoreNotFound(err) != nil {
		conditions.False(s.infraMachine, conditions.InstanceReady, conditions.InstanceDeleteFailed, "Deleting instance failed: %v", err)
		return err
	}
	return nil
}

// removeIngress deletes the floating IPs that Nova knows of a control plane machine, unless one was given.
func (s *machineScope) removeIngress(ctx context.Context, instance *servers.Server) error {
	spec := &s.infraCluster.Spec
	if instance == nil || !util.IsControlPlaneMachine(s.machine) || spec.APIServerLoadBalancer.IsEnabled() || spec.APIServerFloatingIP != nil {
		return nil
	}
	addresses, err := openstack.ServerAddresses(instance)
	if err != nil {
		conditions.False(s.infraMachine, conditions.Ready, conditions.OpenStackError,
			"get network status for OpenStack instance %s with ID %s: %v", instance.Name, instance.ID, err)
		return nil
	}
	networking, err := s.session.Networking(s.events(s.infraMachine))
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if address.Type != corev1.NodeExternalIP {
			continue
		}
		if err := networking.DeleteFloatingIP(ctx, address.Address); err != nil {
			conditions.False(s.infraMachine, conditions.APIServerIngressReady, conditions.FloatingIPError, "Deleting floating IP failed: %v", err)
			return fmt.Errorf("delete floating IP %q: %w", address.Address, err)
		}
	}
	return nil
}
