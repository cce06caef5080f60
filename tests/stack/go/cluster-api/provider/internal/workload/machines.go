// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	cloudv1 "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/cloud/api/v1alpha1"
	inmemoryruntime "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	etcdComponent      = "etcd"
	apiServerComponent = "kube-apiserver"
)

// controlPlaneComponents are the static pods of a control plane machine, etcd first.
var controlPlaneComponents = []string{etcdComponent, apiServerComponent, "kube-scheduler", "kube-controller-manager"}

// Machine is a server on which kubeadm has run.
type Machine struct {
	Name       string
	ProviderID string
	Version    string
	Labels     map[string]string

	// ControlPlane is set for a machine of the control plane.
	ControlPlane *ControlPlane
}

// ControlPlane holds what a control plane machine signs its certificates with.
type ControlPlane struct {
	API  Authority
	Etcd Authority
}

// StartMachine makes what kubeadm would have made appear in the cluster; what is there already is left alone. The
// API server comes last, so that nobody sees a cluster that is half there.
func (c *Clusters) StartMachine(ctx context.Context, cluster types.NamespacedName, machine Machine) error {
	served, memory := c.server(cluster)
	if served == nil {
		return fmt.Errorf("%s: %w", cluster, errNotServed)
	}
	if err := startNode(ctx, memory, node(machine)); err != nil {
		return err
	}
	if machine.ControlPlane == nil {
		return nil
	}
	if err := startEtcd(ctx, served, memory, machine); err != nil {
		return err
	}
	for _, component := range controlPlaneComponents[1:] {
		if err := createMissing(ctx, memory, staticPod(component, machine.Name, nil)); err != nil {
			return err
		}
	}
	if err := createMissing(ctx, memory, kubeadmObjects(machine.Version)...); err != nil {
		return err
	}
	return served.addAPIServer(podName(apiServerComponent, machine.Name), machine.ControlPlane.API)
}

// startNode makes a node, or lets one that was lost be heard of again.
func startNode(ctx context.Context, memory inmemoryruntime.Client, wanted *corev1.Node) error {
	there := &corev1.Node{}
	err := memory.Get(ctx, client.ObjectKeyFromObject(wanted), there)
	if apierrors.IsNotFound(err) {
		return createMissing(ctx, memory, wanted)
	}
	if err != nil || !isLost(there) {
		return err
	}
	there.Status.Conditions = wanted.Status.Conditions
	return memory.Update(ctx, there)
}

func isLost(there *corev1.Node) bool {
	return slices.ContainsFunc(there.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionUnknown
	})
}

func startEtcd(ctx context.Context, served *server, memory inmemoryruntime.Client, machine Machine) error {
	pod := podName(etcdComponent, machine.Name)
	err := memory.Get(ctx, client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: pod}, &corev1.Pod{})
	if apierrors.IsNotFound(err) {
		members := &corev1.PodList{}
		if err := memory.List(ctx, members, client.InNamespace(metav1.NamespaceSystem), client.MatchingLabels{"component": etcdComponent}); err != nil {
			return err
		}
		err = createMissing(ctx, memory, staticPod(etcdComponent, machine.Name, etcdMember(members.Items, rand.Uint32, time.Now())))
	}
	if err != nil {
		return err
	}
	return served.addMember(pod, machine.ControlPlane.Etcd)
}

// etcdMember returns the annotations by which the in-memory server knows a new etcd member among those there are:
// the first member makes the cluster's ID, and leads.
func etcdMember(there []corev1.Pod, random func() uint32, now time.Time) map[string]string {
	clusterID := fmt.Sprint(1 + random()/2)
	leader := false
	for _, pod := range there {
		if _, removed := pod.Annotations[cloudv1.EtcdMemberRemoved]; removed {
			continue
		}
		clusterID = pod.Annotations[cloudv1.EtcdClusterIDAnnotationName]
		leader = leader || pod.Annotations[cloudv1.EtcdLeaderFromAnnotationName] != ""
	}
	annotations := map[string]string{
		cloudv1.EtcdClusterIDAnnotationName: clusterID,
		cloudv1.EtcdMemberIDAnnotationName:  fmt.Sprint(1 + random()/2),
	}
	if !leader {
		annotations[cloudv1.EtcdLeaderFromAnnotationName] = now.Format(time.RFC3339)
	}
	return annotations
}

// StopMachine removes what StartMachine made for one machine.
func (c *Clusters) StopMachine(ctx context.Context, cluster types.NamespacedName, name string) error {
	served, memory := c.server(cluster)
	if served == nil {
		return nil
	}
	objects := []client.Object{&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}}
	for _, component := range controlPlaneComponents {
		objects = append(objects, staticPod(component, name, nil))
	}
	for _, object := range objects {
		if err := memory.Delete(ctx, object); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	served.removeMember(podName(etcdComponent, name))
	return served.removeAPIServer(podName(apiServerComponent, name))
}

// LoseMachine lets the node of a machine that stopped answering show that nobody hears of it.
func (c *Clusters) LoseMachine(ctx context.Context, cluster types.NamespacedName, name string) error {
	served, memory := c.server(cluster)
	if served == nil {
		return nil
	}
	lost := &corev1.Node{}
	if err := memory.Get(ctx, client.ObjectKey{Name: name}, lost); err != nil || isLost(lost) {
		return client.IgnoreNotFound(err)
	}
	lost.Status.Conditions = []corev1.NodeCondition{nodeCondition(corev1.NodeReady, corev1.ConditionUnknown, "NodeStatusUnknown")}
	return memory.Update(ctx, lost)
}
