// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
)

func TestAMachineWaitsForItsClusterAndForItsBootstrapData(t *testing.T) {
	for _, test := range []struct {
		name    string
		cluster *infrav1.OpenStackCluster
		reason  string
		again   bool
	}{
		{"no network yet", &infrav1.OpenStackCluster{}, conditions.WaitingForClusterInfrastructure, true},
		{"no bootstrap data yet", provisionedCluster(), conditions.WaitingForBootstrapData, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			infraMachine := &infrav1.OpenStackMachine{}
			scope := &machineScope{infraCluster: test.cluster, machine: &clusterv1.Machine{}, infraMachine: infraMachine}
			result, err := scope.reconcileNormal(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if again := result.RequeueAfter == waitForClusterInfrastructure; again != test.again {
				t.Errorf("looks again after %s", result.RequeueAfter)
			}
			if reason := capiconditions.GetReason(infraMachine, conditions.InstanceReady); reason != test.reason {
				t.Errorf("reason %s, want %s", reason, test.reason)
			}
			if len(infraMachine.Finalizers) > 0 {
				t.Errorf("nothing is made yet, but the machine is kept by %v", infraMachine.Finalizers)
			}
		})
	}
}

func TestAMachineIsKeptBeforeAnythingIsMade(t *testing.T) {
	infraMachine := &infrav1.OpenStackMachine{}
	machine := &clusterv1.Machine{Spec: clusterv1.MachineSpec{Bootstrap: clusterv1.Bootstrap{DataSecretName: ptr.To("s")}}}
	scope := &machineScope{infraCluster: provisionedCluster(), machine: machine, infraMachine: infraMachine}
	if _, err := scope.reconcileNormal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := infraMachine.Finalizers; len(got) != 1 || got[0] != infrav1.MachineFinalizer {
		t.Errorf("finalizers: %v", got)
	}
}

func TestNodeLabels(t *testing.T) {
	labels := map[string]string{}
	addNodeLabels(labels, []bootstrapv1.Arg{
		{Name: "node-labels", Value: ptr.To("a=b, c=,d")}, {Name: "cloud-provider", Value: ptr.To("x=y")}, {Name: "node-labels"},
	})
	if got := toJSON(t, labels); got != `{"a":"b","c":"","d":""}` {
		t.Errorf("got %s", got)
	}
}

func TestWhichObjectAnEventIsAbout(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "ns", Name: "x"}
	ref := func(kind string) clusterv1.ContractVersionedObjectReference {
		return clusterv1.ContractVersionedObjectReference{Kind: kind, Name: "infra"}
	}
	machine := &clusterv1.Machine{ObjectMeta: meta, Spec: clusterv1.MachineSpec{InfrastructureRef: ref("OpenStackMachine")}}
	if got := toInfrastructure(t.Context(), machine); len(got) != 1 || got[0].String() != "ns/infra" {
		t.Errorf("machine: %v", got)
	}
	cluster := &clusterv1.Cluster{ObjectMeta: meta, Spec: clusterv1.ClusterSpec{InfrastructureRef: ref("DockerCluster")}}
	if got := toInfrastructure(t.Context(), cluster); len(got) != 0 {
		t.Errorf("another provider's cluster: %v", got)
	}
}
