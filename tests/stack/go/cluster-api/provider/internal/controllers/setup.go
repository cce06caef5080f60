// SPDX-License-Identifier: Apache-2.0

// Package controllers reconciles OpenStackCluster, OpenStackMachine and OpenStackServer as Cluster API Provider
// OpenStack does: the same order of acts, the same conditions and reasons, the same times between two looks.
package controllers

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/openstack"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/workload"
)

const (
	concurrentReconciles = 10

	waitForClusterInfrastructure = 15 * time.Second
	waitForMachines              = 5 * time.Second
	waitForStuckServer           = 60 * time.Second
)

// Timing says how fast the cloud is.
type Timing struct {
	// Poll is the time between two looks at a server that is being built or deleted.
	Poll time.Duration
	// Boot is the least time that a server is being built.
	Boot time.Duration
	// Kubeadm is the time between a server being active and its node being there.
	Kubeadm time.Duration
}

// Provider is what the controllers share.
type Provider struct {
	client.Client
	Recorder events.EventRecorder
	Sessions *openstack.Sessions
	Workload *workload.Clusters
	Timing   Timing
}

// SetupWithManager adds the controllers to the manager. As with the original, an OpenStackCluster that is done is
// looked at again only when it changes itself or everything is, so that it stays ready through an outage.
func (p *Provider) SetupWithManager(mgr ctrl.Manager) error {
	options := controller.Options{MaxConcurrentReconciles: concurrentReconciles}
	scheme, log := mgr.GetScheme(), mgr.GetLogger()
	if err := ctrl.NewControllerManagedBy(mgr).Named("openstackcluster").WithOptions(options).
		For(&infrav1.OpenStackCluster{}).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(toInfrastructure),
			builder.WithPredicates(predicates.ClusterUnpaused(scheme, log))).
		Complete(reconcile.Func(p.reconcileCluster)); err != nil {
		return err
	}
	if err := ctrl.NewControllerManagedBy(mgr).Named("openstackmachine").WithOptions(options).
		For(&infrav1.OpenStackMachine{}).
		Watches(&clusterv1.Machine{}, handler.EnqueueRequestsFromMapFunc(toInfrastructure)).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(p.toMachines),
			builder.WithPredicates(predicates.ClusterPausedTransitionsOrInfrastructureProvisioned(scheme, log))).
		Watches(&v1alpha1.OpenStackServer{},
			handler.EnqueueRequestForOwner(scheme, mgr.GetRESTMapper(), &infrav1.OpenStackMachine{}),
			builder.WithPredicates(serverStateReportable())).
		Complete(reconcile.Func(p.reconcileMachine)); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).Named("openstackserver").WithOptions(options).
		For(&v1alpha1.OpenStackServer{}).
		Complete(reconcile.Func(p.reconcileServer))
}

// toInfrastructure asks for the infrastructure object of a Cluster or Machine.
func toInfrastructure(_ context.Context, object client.Object) []reconcile.Request {
	var ref clusterv1.ContractVersionedObjectReference
	want := "OpenStackMachine"
	switch o := object.(type) {
	case *clusterv1.Cluster:
		ref, want = o.Spec.InfrastructureRef, "OpenStackCluster"
	case *clusterv1.Machine:
		ref = o.Spec.InfrastructureRef
	}
	if ref.Kind != want || ref.Name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: object.GetNamespace(), Name: ref.Name}}}
}

// toMachines asks for the OpenStackMachines of a Cluster that is not being deleted.
func (p *Provider) toMachines(ctx context.Context, object client.Object) []reconcile.Request {
	if !object.GetDeletionTimestamp().IsZero() {
		return nil
	}
	machines := &clusterv1.MachineList{}
	if err := p.List(ctx, machines, client.InNamespace(object.GetNamespace()),
		client.MatchingLabels{clusterv1.ClusterNameLabel: object.GetName()}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Machines of the cluster cannot be listed")
		return nil
	}
	var requests []reconcile.Request
	for i := range machines.Items {
		requests = append(requests, toInfrastructure(ctx, &machines.Items[i])...)
	}
	return requests
}

// session opens the cloud with the credential of an object's namespace.
func (p *Provider) session(ctx context.Context, namespace string, ref infrav1.OpenStackIdentityReference) (*openstack.Session, error) {
	if ref.Type == "ClusterIdentity" {
		return nil, fmt.Errorf("unsupported identity type: %s", ref.Type)
	}
	secret := &corev1.Secret{}
	if err := p.Get(ctx, client.ObjectKey{Namespace: namespace, Name: ref.Name}, secret); err != nil {
		return nil, err
	}
	clouds, ok := secret.Data["clouds.yaml"]
	if !ok {
		return nil, fmt.Errorf("OpenStack credentials secret %v did not contain key clouds.yaml", ref.Name)
	}
	return p.Sessions.Open(ctx, openstack.Credential{
		CloudsYAML: clouds, CACert: secret.Data["cacert"], CloudName: ref.CloudName, Region: ref.Region,
	})
}

func (p *Provider) events(object client.Object) openstack.Events {
	return openstack.Events{Recorder: p.Recorder, Object: object}
}

// ownerCluster returns the Cluster that owns an object, or nil.
func (p *Provider) ownerCluster(ctx context.Context, object client.Object) (*clusterv1.Cluster, error) {
	for _, owner := range object.GetOwnerReferences() {
		if owner.Kind == "Cluster" {
			return util.GetClusterByName(ctx, p.Client, object.GetNamespace(), owner.Name)
		}
	}
	return nil, nil
}
