// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
)

func serverIn(state infrav1.InstanceState) *v1alpha1.OpenStackServer {
	return &v1alpha1.OpenStackServer{Status: v1alpha1.OpenStackServerStatus{
		InstanceState: &state, Ready: state == infrav1.InstanceStateActive,
	}}
}

func TestWhatAMachineHearsOfItsServer(t *testing.T) {
	build, active, failed := serverIn(infrav1.InstanceStateBuild), serverIn(infrav1.InstanceStateActive), serverIn(infrav1.InstanceStateError)
	complaining := serverIn(infrav1.InstanceStateActive)
	complaining.Status.Conditions = []metav1.Condition{{Type: conditions.InstanceReady, Status: metav1.ConditionFalse, Reason: conditions.DependencyFailed}}
	for _, test := range []struct {
		name          string
		before, after *v1alpha1.OpenStackServer
		heard         bool
	}{
		{"asked for", &v1alpha1.OpenStackServer{}, build, false},
		{"active", build, active, true},
		{"failed", build, failed, true},
		{"healed", failed, build, true},
		{"nothing new", active, active, false},
		{"only a condition", active, complaining, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if heard := serverStateReportable().Update(event.UpdateEvent{ObjectOld: test.before, ObjectNew: test.after}); heard != test.heard {
				t.Errorf("heard %v", heard)
			}
		})
	}
}
