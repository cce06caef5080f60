// SPDX-License-Identifier: Apache-2.0

package main

//go:generate go run sigs.k8s.io/controller-tools/cmd/controller-gen@v0.21.0 object:headerFile=licence.go.txt crd:headerFile=licence.yaml.txt paths=./api/... output:crd:dir=crds
