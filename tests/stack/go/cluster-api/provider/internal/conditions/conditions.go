// SPDX-License-Identifier: Apache-2.0

// Package conditions names the conditions and reasons of Cluster API Provider OpenStack and decides which of them a
// machine shows.
package conditions

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"
)

// Types of conditions.
const (
	Ready                   = clusterv1.ReadyCondition
	AuthenticationSucceeded = "OpenStackAuthenticationSucceeded"
	NetworkReady            = "NetworkReady"
	RouterReady             = "RouterReady"
	SecurityGroupsReady     = "SecurityGroupsReady"
	APIEndpointReady        = "APIEndpointReady"
	InstanceReady           = "InstanceReady"
	APIServerIngressReady   = "APIServerIngressReady"
)

// Reasons of conditions.
const (
	ReadyReason                     = "Ready"
	AuthenticationFailed            = "OpenStackAuthenticationFailed"
	OpenStackError                  = "OpenStackError"
	NetworkCreateFailed             = "NetworkCreateFailed"
	SubnetCreateFailed              = "SubnetCreateFailed"
	RouterCreateFailed              = "RouterCreateFailed"
	SecurityGroupCreateFailed       = "SecurityGroupCreateFailed"
	APIEndpointConfigFailed         = "APIEndpointConfigFailed"
	WaitingForClusterInfrastructure = "WaitingForClusterInfrastructure"
	WaitingForBootstrapData         = "WaitingForBootstrapData"
	InvalidMachineSpec              = "InvalidMachineSpec"
	InstanceNotReady                = "InstanceNotReady"
	InstanceCreateFailed            = "InstanceCreateFailed"
	InstanceNotFound                = "InstanceNotFound"
	InstanceStateError              = "InstanceStateError"
	InstanceDeleted                 = "InstanceDeleted"
	InstanceDeleteFailed            = "InstanceDeleteFailed"
	PortCreateFailed                = "PortCreateFailed"
	DependencyFailed                = "DependencyFailed"
	LoadBalancerMemberError         = "LoadBalancerMemberError"
	FloatingIPError                 = "FloatingIPError"
)

// ServerUnexpectedlyDeleted is what is said of a server that somebody else deleted.
const ServerUnexpectedlyDeleted = "The server was unexpectedly deleted"

// Object is an object with conditions.
type Object = capiconditions.Setter

// True sets a condition of a type to True.
func True(object Object, kind string) {
	capiconditions.Set(object, metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: ReadyReason})
}

// False sets a condition of a type to False, with the reason and what to tell people.
func False(object Object, kind, reason, format string, arguments ...any) {
	capiconditions.Set(object, metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: reason, Message: text(format, arguments)})
}

// Unknown sets a condition of a type to Unknown, with the reason and what to tell people.
func Unknown(object Object, kind, reason, format string, arguments ...any) {
	capiconditions.Set(object, metav1.Condition{Type: kind, Status: metav1.ConditionUnknown, Reason: reason, Message: text(format, arguments)})
}

// IsTrue says whether a condition of a type is True.
func IsTrue(object Object, kind string) bool { return capiconditions.IsTrue(object, kind) }

func text(format string, arguments []any) string {
	if len(arguments) == 0 {
		return format
	}
	return fmt.Sprintf(format, arguments...)
}
