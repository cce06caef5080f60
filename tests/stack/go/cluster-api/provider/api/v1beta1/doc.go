// SPDX-License-Identifier: Apache-2.0

// Package v1beta1 holds the kinds OpenStackCluster, OpenStackMachine and OpenStackMachineTemplate with the
// fields and the validation that Cluster API Provider OpenStack gives them in this version.
//
// +kubebuilder:object:generate=true
// +groupName=infrastructure.cluster.x-k8s.io
package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of this package.
var GroupVersion = schema.GroupVersion{Group: "infrastructure.cluster.x-k8s.io", Version: "v1beta1"}

// AddToScheme registers the kinds of this package.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&OpenStackCluster{}, &OpenStackClusterList{},
		&OpenStackMachine{}, &OpenStackMachineList{},
		&OpenStackMachineTemplate{}, &OpenStackMachineTemplateList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
