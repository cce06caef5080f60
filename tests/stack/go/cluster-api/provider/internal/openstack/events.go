// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
)

// Events records what was done for one object.
type Events struct {
	Recorder events.EventRecorder
	Object   runtime.Object
}

// Done records a success.
func (e Events) Done(reason, format string, arguments ...any) {
	e.record(corev1.EventTypeNormal, reason, format, arguments...)
}

// Failed records a failure.
func (e Events) Failed(reason, format string, arguments ...any) {
	e.record(corev1.EventTypeWarning, reason, format, arguments...)
}

func (e Events) record(kind, reason, format string, arguments ...any) {
	if e.Recorder == nil {
		return
	}
	reason = eventReason(reason)
	e.Recorder.Eventf(e.Object, nil, kind, reason, reason, "%s", fmt.Sprintf(format, arguments...))
}

// eventReason writes a reason as Cluster API Provider OpenStack's events show it: FailedCreatePort becomes
// Failedcreateport.
func eventReason(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + strings.ToLower(reason[1:])
}
