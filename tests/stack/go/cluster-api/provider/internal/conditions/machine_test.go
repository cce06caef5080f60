// SPDX-License-Identifier: Apache-2.0

package conditions

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

func shown(machine *infrav1.OpenStackMachine, kind string) string {
	condition := capiconditions.Get(machine, kind)
	if condition == nil {
		return ""
	}
	return fmt.Sprintf("%s %s %s", condition.Status, condition.Reason, condition.Message)
}

func TestShowServer(t *testing.T) {
	failed := func(reason, message string) []metav1.Condition {
		return []metav1.Condition{{Type: InstanceReady, Status: metav1.ConditionFalse, Reason: reason, Message: message}}
	}
	for _, test := range []struct {
		name          string
		state         *infrav1.InstanceState
		own           []metav1.Condition
		progress      Progress
		instanceReady string
		ready         string
	}{
		{"not asked for yet", nil, nil, Building,
			"False InstanceNotReady Waiting for instance to be created", "False InstanceNotReady Waiting for instance to be created"},
		{"a port was refused", nil, failed(PortCreateFailed, "403"), Building, "False PortCreateFailed 403", "False PortCreateFailed 403"},
		{"the network is unknown", nil, failed(DependencyFailed, "no"), Building, "False DependencyFailed no", "False DependencyFailed no"},
		{"being built", ptr.To(infrav1.InstanceStateBuild), nil, Building, "", "False InstanceNotReady Instance is building"},
		{"active", ptr.To(infrav1.InstanceStateActive), failed(DependencyFailed, "Neutron is away"), Active, "True Ready ", "True Ready "},
		{"refused by Nova", ptr.To(infrav1.InstanceStateError), failed(InstanceCreateFailed, "quota"), Stuck,
			"False InstanceStateError quota", "False InstanceStateError quota"},
		{"failed in Nova later", ptr.To(infrav1.InstanceStateError), failed(InstanceStateError, ""), Stuck,
			"False InstanceStateError Instance is in ERROR state", "False InstanceStateError Instance is in ERROR state"},
		{"deleted", ptr.To(infrav1.InstanceStateDeleted), nil, Gone, "False InstanceDeleted ", "False InstanceDeleted Instance has been deleted"},
		{"shut off", ptr.To(infrav1.InstanceState("SHUTOFF")), nil, Stuck,
			"Unknown InstanceNotReady Instance state is not handled: SHUTOFF", "Unknown InstanceNotReady Instance state is: SHUTOFF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			machine := &infrav1.OpenStackMachine{}
			server := &v1alpha1.OpenStackServer{Status: v1alpha1.OpenStackServerStatus{InstanceState: test.state, Conditions: test.own}}
			if progress := ShowServer(machine, server); progress != test.progress {
				t.Errorf("progress %d, want %d", progress, test.progress)
			}
			if got := shown(machine, InstanceReady); got != test.instanceReady {
				t.Errorf("InstanceReady: got %q, want %q", got, test.instanceReady)
			}
			if got := shown(machine, Ready); got != test.ready {
				t.Errorf("Ready: got %q, want %q", got, test.ready)
			}
		})
	}
}

func TestTextsWithPercentSignsStayAsTheyAre(t *testing.T) {
	machine := &infrav1.OpenStackMachine{}
	False(machine, Ready, OpenStackError, "100%")
	if got := shown(machine, Ready); got != "False OpenStackError 100%" {
		t.Errorf("got %q", got)
	}
}
