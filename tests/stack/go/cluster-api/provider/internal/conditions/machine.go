// SPDX-License-Identifier: Apache-2.0

package conditions

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// Progress is how far the server of a machine has come.
type Progress int

const (
	// Active servers are done.
	Active Progress = iota
	// Building servers are looked at again soon.
	Building
	// Stuck servers are looked at again now and then.
	Stuck
	// Gone servers are not looked at again.
	Gone
)

// ShowServer lets a machine show the state of its server and returns how far the server has come. As in Cluster
// API Provider OpenStack, a server in error says why only if it was refused when it was asked for; what went wrong
// later is known to Nova alone.
func ShowServer(machine Object, server *v1alpha1.OpenStackServer) Progress {
	own := meta.FindStatusCondition(server.Status.Conditions, InstanceReady)
	if server.Status.InstanceState == nil {
		if own != nil && own.Status == metav1.ConditionFalse {
			showFailure(machine, own.Reason, own.Message)
		} else {
			showFailure(machine, InstanceNotReady, "Waiting for instance to be created")
		}
		return Building
	}
	switch state := *server.Status.InstanceState; state {
	case infrav1.InstanceStateActive:
		True(machine, InstanceReady)
		True(machine, Ready)
		return Active
	case infrav1.InstanceStateError:
		message := "Instance is in ERROR state"
		if own != nil && own.Message != "" {
			message = own.Message
		}
		showFailure(machine, InstanceStateError, message)
		return Stuck
	case infrav1.InstanceStateDeleted:
		False(machine, InstanceReady, InstanceDeleted, "")
		False(machine, Ready, InstanceDeleted, "Instance has been deleted")
		return Gone
	case infrav1.InstanceStateBuild, infrav1.InstanceStateUndefined:
		False(machine, Ready, InstanceNotReady, "Instance is building")
		return Building
	default:
		Unknown(machine, InstanceReady, InstanceNotReady, "Instance state is not handled: %v", state)
		Unknown(machine, Ready, InstanceNotReady, "Instance state is: %v", state)
		return Stuck
	}
}

// ShowUnexpectedDeletion lets a machine say that somebody else deleted its server.
func ShowUnexpectedDeletion(machine Object) {
	showFailure(machine, InstanceDeleted, ServerUnexpectedlyDeleted)
}

func showFailure(machine Object, reason, message string) {
	False(machine, InstanceReady, reason, "%s", message)
	False(machine, Ready, reason, "%s", message)
}
