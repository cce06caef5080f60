// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
)

func scopeOf(infraCluster *infrav1.OpenStackCluster) *clusterScope {
	return &clusterScope{cluster: &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "c"}}, infraCluster: infraCluster}
}

func TestTheOrderOfDeletion(t *testing.T) {
	managed := infrav1.OpenStackClusterSpec{
		ManagedSubnets: []infrav1.SubnetSpec{{CIDR: "10.0.0.0/24"}}, APIServerLoadBalancer: &infrav1.APIServerLoadBalancer{},
	}
	for _, test := range []struct {
		name string
		spec infrav1.OpenStackClusterSpec
		want []string
	}{
		{"managed network", managed, []string{"load balancer", "router", "ports", "network", "security groups"}},
		{"existing network", infrav1.OpenStackClusterSpec{}, []string{"security groups"}},
	} {
		var got []string
		for _, step := range scopeOf(&infrav1.OpenStackCluster{Spec: test.spec}).deleteSteps() {
			got = append(got, step.what)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestAFailedStepShowsInItsConditionAndInReady(t *testing.T) {
	infraCluster := &infrav1.OpenStackCluster{}
	err := scopeOf(infraCluster).fail(conditions.NetworkReady, conditions.NetworkCreateFailed,
		"Failed to reconcile external network", "failed to reconcile external network", errors.New("404"))
	if err == nil || err.Error() != "failed to reconcile external network: 404" {
		t.Errorf("got %v", err)
	}
	for kind, want := range map[string]string{
		conditions.NetworkReady: "NetworkCreateFailed Failed to reconcile external network: 404",
		conditions.Ready:        "OpenStackError failed to reconcile external network: 404",
	} {
		if got := capiconditions.GetReason(infraCluster, kind) + " " + capiconditions.GetMessage(infraCluster, kind); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}

func TestFailureDomains(t *testing.T) {
	zones := []string{"a", "b"}
	for want, spec := range map[string]infrav1.OpenStackClusterSpec{
		`[{"name":"a","controlPlane":true},{"name":"b","controlPlane":true}]`:   {},
		`[{"name":"a","controlPlane":false},{"name":"b","controlPlane":false}]`: {ControlPlaneOmitAvailabilityZone: ptr.To(true)},
		`[{"name":"a","controlPlane":false},{"name":"b","controlPlane":true}]`:  {ControlPlaneAvailabilityZones: []string{"b"}},
	} {
		if got := toJSON(t, failureDomains(&spec, zones)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWhoGetsAFloatingIP(t *testing.T) {
	external := &infrav1.NetworkStatus{ID: "public"}
	for _, test := range []struct {
		name string
		spec infrav1.OpenStackClusterSpec
		seen *infrav1.NetworkStatus
		want bool
	}{
		{"by default", infrav1.OpenStackClusterSpec{}, external, true},
		{"not wanted", infrav1.OpenStackClusterSpec{DisableAPIServerFloatingIP: ptr.To(true)}, external, false},
		{"no external network wanted", infrav1.OpenStackClusterSpec{DisableExternalNetwork: ptr.To(true)}, external, false},
		{"no external network there", infrav1.OpenStackClusterSpec{}, nil, false},
	} {
		infraCluster := &infrav1.OpenStackCluster{Spec: test.spec, Status: infrav1.OpenStackClusterStatus{ExternalNetwork: test.seen}}
		if got := wantsFloatingIP(infraCluster); got != test.want {
			t.Errorf("%s: got %v", test.name, got)
		}
	}
}

func TestAnEndpointNeedsAnAddress(t *testing.T) {
	without := infrav1.OpenStackClusterSpec{DisableAPIServerFloatingIP: ptr.To(true)}
	if err := scopeOf(&infrav1.OpenStackCluster{Spec: without}).reserveAddress(t.Context()); !errors.Is(err, errNoEndpoint) {
		t.Errorf("got %v", err)
	}
	without.APIServerFixedIP = ptr.To("10.0.0.5")
	if err := scopeOf(&infrav1.OpenStackCluster{Spec: without}).reserveAddress(t.Context()); err != nil {
		t.Errorf("with a fixed IP: %v", err)
	}
}
