// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"magnum-capi-rdma/stack/cluster-api/provider/api/v1alpha1"
	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// serverStateReportable passes what a machine hears of its server: that it became active or ceased to be, that it
// failed, that it is gone. A server that only changes its conditions is not heard, which is why a machine stays
// ready while its server cannot be asked for.
func serverStateReportable() predicate.Funcs {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool {
			server, ok := e.Object.(*v1alpha1.OpenStackServer)
			return ok && (server.Status.Ready || reportable(server.Status.InstanceState))
		},
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*v1alpha1.OpenStackServer)
			if !ok {
				return false
			}
			after, ok := e.ObjectNew.(*v1alpha1.OpenStackServer)
			return ok && stateChanged(before, after)
		},
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		GenericFunc: func(event.GenericEvent) bool { return false },
	}
}

func stateChanged(before, after *v1alpha1.OpenStackServer) bool {
	if before.Status.Ready != after.Status.Ready {
		return true
	}
	was, is := before.Status.InstanceState, after.Status.InstanceState
	return ptr.Deref(was, "") != ptr.Deref(is, "") && (reportable(was) || reportable(is))
}

func reportable(state *infrav1.InstanceState) bool {
	switch ptr.Deref(state, "") {
	case infrav1.InstanceStateActive, infrav1.InstanceStateError, infrav1.InstanceStateDeleted:
		return true
	}
	return false
}
