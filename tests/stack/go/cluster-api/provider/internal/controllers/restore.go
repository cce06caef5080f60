// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	addonsv1 "sigs.k8s.io/cluster-api/api/addons/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
)

// Restore brings the workload clusters back that the last process served: on the ports they had, with the nodes of
// the machines that were active and with what ClusterResourceSets applied. It must be done before the controllers
// run, lest a new cluster takes one of these ports, and with a client that does not wait for them; OpenStack is not
// asked. What it cannot bring back is left to the controllers.
func (p *Provider) Restore(ctx context.Context, direct client.Client) error {
	clusters := &infrav1.OpenStackClusterList{}
	if err := direct.List(ctx, clusters); err != nil {
		return fmt.Errorf("list OpenStackClusters: are the provider's CRDs applied? %w", err)
	}
	restorer := *p
	restorer.Client = direct
	served := map[types.NamespacedName]bool{}
	for i := range clusters.Items {
		infraCluster := &clusters.Items[i]
		earlier := earlierEndpoint(infraCluster)
		for _, owner := range infraCluster.OwnerReferences {
			if owner.Kind != "Cluster" || !p.Workload.Owns(earlier) {
				continue
			}
			cluster := types.NamespacedName{Namespace: infraCluster.Namespace, Name: owner.Name}
			if _, err := p.Workload.Serve(ctx, cluster, earlier); err != nil {
				return fmt.Errorf("serve cluster %s on port %d again: %w", cluster, earlier.Port, err)
			}
			served[cluster] = true
		}
	}
	for cluster := range served {
		if err := restorer.restoreResources(ctx, cluster); err != nil {
			return fmt.Errorf("apply the resource sets of cluster %s again: %w", cluster, err)
		}
		if err := restorer.restoreMachines(ctx, cluster); err != nil {
			return fmt.Errorf("start the nodes of cluster %s again: %w", cluster, err)
		}
	}
	return nil
}

// restoreMachines starts the nodes of active machines, the control plane last, since with it the cluster answers.
func (p *Provider) restoreMachines(ctx context.Context, cluster types.NamespacedName) error {
	machines := &clusterv1.MachineList{}
	if err := p.List(ctx, machines, client.InNamespace(cluster.Namespace),
		client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.Name}); err != nil {
		return err
	}
	slices.SortStableFunc(machines.Items, func(a, b clusterv1.Machine) int { return controlPlaneRank(&a) - controlPlaneRank(&b) })
	for i := range machines.Items {
		for _, request := range toInfrastructure(ctx, &machines.Items[i]) {
			if err := p.restoreMachine(ctx, request); err != nil {
				return err
			}
		}
	}
	return nil
}

func controlPlaneRank(machine *clusterv1.Machine) int {
	if util.IsControlPlaneMachine(machine) {
		return 1
	}
	return 0
}

func (p *Provider) restoreMachine(ctx context.Context, request reconcile.Request) error {
	scope, err := p.machineScope(ctx, request)
	if err != nil || scope == nil {
		return err
	}
	if scope.infraMachine.Spec.ProviderID == nil || !conditions.IsTrue(scope.infraMachine, conditions.InstanceReady) {
		return nil
	}
	_, err = scope.startNode(ctx)
	return err
}

// restoreResources applies what Cluster API noted as applied; it would not do so again by itself.
func (p *Provider) restoreResources(ctx context.Context, cluster types.NamespacedName) error {
	noted := &addonsv1.ClusterResourceSetBinding{}
	if err := p.Get(ctx, cluster, noted); err != nil {
		return client.IgnoreNotFound(err)
	}
	for _, set := range noted.Spec.Bindings {
		for _, resource := range set.Resources {
			if !ptr.Deref(resource.Applied, false) {
				continue
			}
			documents, err := p.resourceDocuments(ctx, cluster.Namespace, resource.ResourceRef)
			if err != nil {
				return err
			}
			if err := p.Workload.Apply(ctx, cluster, documents); err != nil {
				return fmt.Errorf("%s %s: %w", resource.Kind, resource.Name, err)
			}
		}
	}
	return nil
}

// resourceDocuments returns the values of a ConfigMap or Secret, in the order of their keys.
func (p *Provider) resourceDocuments(ctx context.Context, namespace string, ref addonsv1.ResourceRef) ([][]byte, error) {
	key := client.ObjectKey{Namespace: namespace, Name: ref.Name}
	values := map[string][]byte{}
	if ref.Kind == string(addonsv1.SecretClusterResourceSetResourceKind) {
		source := &corev1.Secret{}
		if err := p.Get(ctx, key, source); err != nil {
			return nil, client.IgnoreNotFound(err)
		}
		values = source.Data
	} else {
		source := &corev1.ConfigMap{}
		if err := p.Get(ctx, key, source); err != nil {
			return nil, client.IgnoreNotFound(err)
		}
		for name, text := range source.Data {
			values[name] = []byte(text)
		}
	}
	var documents [][]byte
	for _, name := range sortedKeys(values) {
		documents = append(documents, values[name])
	}
	return documents, nil
}

func sortedKeys(values map[string][]byte) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
