// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
)

func TestWhenAServerIsLookedAtAgain(t *testing.T) {
	timing := Timing{Poll: 10 * time.Second, Boot: time.Hour}
	longAgo := time.Now().Add(-2 * time.Hour)
	for _, test := range []struct {
		status  string
		created time.Time
		shows   infrav1.InstanceState
		again   time.Duration
		reason  string
	}{
		{"BUILD", longAgo, "BUILD", timing.Poll, ""},
		{"ACTIVE", longAgo, "ACTIVE", 0, conditions.ReadyReason},
		{"ACTIVE", time.Now(), "BUILD", timing.Poll, ""},
		{"ERROR", longAgo, "ERROR", waitForStuckServer, conditions.InstanceStateError},
		{"DELETED", longAgo, "DELETED", 0, conditions.InstanceDeleted},
		{"SHUTOFF", longAgo, "SHUTOFF", waitForStuckServer, conditions.InstanceNotReady},
	} {
		t.Run(test.status, func(t *testing.T) {
			scope := &serverScope{Provider: &Provider{Timing: timing}, server: &v1alpha1.OpenStackServer{}}
			result := scope.showInstance(&servers.Server{ID: "i", Status: test.status, Created: test.created})
			status := scope.server.Status
			if *status.InstanceState != test.shows || *status.InstanceID != "i" || status.Ready != (test.shows == infrav1.InstanceStateActive) {
				t.Errorf("status: %s", toJSON(t, status))
			}
			if result.RequeueAfter != test.again {
				t.Errorf("again after %s, want %s", result.RequeueAfter, test.again)
			}
			if reason := capiconditions.GetReason(scope.server, conditions.InstanceReady); reason != test.reason {
				t.Errorf("reason %q, want %q", reason, test.reason)
			}
		})
	}
}

func TestDescribeServer(t *testing.T) {
	server := &v1alpha1.OpenStackServer{
		ObjectMeta: metav1.ObjectMeta{Name: "m"},
		Spec: v1alpha1.OpenStackServerSpec{
			SSHKeyName: "k", Tags: []string{"t"}, ServerMetadata: []infrav1.ServerMetadata{{Key: "a", Value: "b"}},
		},
		Status: v1alpha1.OpenStackServerStatus{
			Resolved:  &v1alpha1.ResolvedServerSpec{ImageID: "i", FlavorID: "f", ServerGroupID: "g"},
			Resources: &v1alpha1.ServerResources{Ports: []infrav1.PortStatus{{ID: "p0"}, {ID: "p1"}}},
		},
	}
	want := `{"Name":"m","ImageID":"i","FlavorID":"f","KeyName":"k","AvailabilityZone":"","UserData":null,"ConfigDrive":false,` +
		`"Metadata":{"a":"b"},"Tags":["t"],"PortIDs":["p0","p1"],"ServerGroupID":"g","Hints":null,"RootVolume":null,"BlockDevices":null}`
	if got := toJSON(t, describeServer(server)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
