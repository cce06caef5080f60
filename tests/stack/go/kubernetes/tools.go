// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package kubernetes pins the control plane programs of the stack's Kubernetes API servers.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
