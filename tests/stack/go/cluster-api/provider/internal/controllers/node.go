// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	bootstrapv1 "sigs.k8s.io/cluster-api/api/bootstrap/kubeadm/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/certs"
	capiconditions "sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"magnum-capi-rdma/stack/cluster-api/provider/internal/conditions"
	"magnum-capi-rdma/stack/cluster-api/provider/internal/workload"
)

// startNode lets the node of an active server appear once kubeadm has had its time.
func (s *machineScope) startNode(ctx context.Context) (reconcile.Result, error) {
	if ready := capiconditions.Get(s.infraMachine, conditions.InstanceReady); ready != nil {
		if left := time.Until(ready.LastTransitionTime.Add(s.Timing.Kubeadm)); left > 0 {
			return reconcile.Result{RequeueAfter: left}, nil
		}
	}
	machine := workload.Machine{
		Name:       s.infraMachine.Name,
		ProviderID: *s.infraMachine.Spec.ProviderID,
		Version:    s.machine.Spec.Version,
	}
	cluster := client.ObjectKeyFromObject(s.cluster)
	var err error
	if machine.Labels, err = s.nodeLabels(ctx); err != nil {
		return reconcile.Result{}, err
	}
	if util.IsControlPlaneMachine(s.machine) {
		if machine.ControlPlane, err = s.controlPlane(ctx, cluster); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{}, s.Workload.StartMachine(ctx, cluster, machine)
}

// loseNode lets the node of a server that does not run show it.
func (s *machineScope) loseNode(ctx context.Context) error {
	return s.Workload.LoseMachine(ctx, client.ObjectKeyFromObject(s.cluster), s.infraMachine.Name)
}

func (s *machineScope) controlPlane(ctx context.Context, cluster types.NamespacedName) (*workload.ControlPlane, error) {
	api, err := s.authority(ctx, cluster, secret.ClusterCA)
	if err != nil {
		return nil, err
	}
	etcd, err := s.authority(ctx, cluster, secret.EtcdCA)
	if err != nil {
		return nil, err
	}
	return &workload.ControlPlane{API: api, Etcd: etcd}, nil
}

func (s *machineScope) authority(ctx context.Context, cluster types.NamespacedName, purpose secret.Purpose) (workload.Authority, error) {
	found, err := secret.Get(ctx, s.Client, cluster, purpose)
	if err != nil {
		return workload.Authority{}, err
	}
	certificate, err := certs.DecodeCertPEM(found.Data[secret.TLSCrtDataName])
	if err != nil || certificate == nil {
		return workload.Authority{}, fmt.Errorf("secret %s holds no certificate: %w", found.Name, err)
	}
	key, err := certs.DecodePrivateKeyPEM(found.Data[secret.TLSKeyDataName])
	if err != nil {
		return workload.Authority{}, fmt.Errorf("secret %s holds no private key: %w", found.Name, err)
	}
	return workload.Authority{Certificate: certificate, Key: key}, nil
}

// nodeLabels returns the labels that the machine's kubeadm configuration gives its kubelet.
func (s *machineScope) nodeLabels(ctx context.Context) (map[string]string, error) {
	ref := s.machine.Spec.Bootstrap.ConfigRef
	if ref.Kind != "KubeadmConfig" {
		return nil, nil
	}
	config := &bootstrapv1.KubeadmConfig{}
	if err := s.Get(ctx, client.ObjectKey{Namespace: s.machine.Namespace, Name: ref.Name}, config); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	labels := map[string]string{}
	for _, registration := range []bootstrapv1.NodeRegistrationOptions{
		config.Spec.InitConfiguration.NodeRegistration, config.Spec.JoinConfiguration.NodeRegistration,
	} {
		addNodeLabels(labels, registration.KubeletExtraArgs)
	}
	return labels, nil
}

// addNodeLabels reads the kubelet's option node-labels: KEY=VALUE, separated by commas.
func addNodeLabels(labels map[string]string, arguments []bootstrapv1.Arg) {
	for _, argument := range arguments {
		if argument.Name != "node-labels" || argument.Value == nil {
			continue
		}
		for _, pair := range strings.Split(*argument.Value, ",") {
			if key, value, _ := strings.Cut(strings.TrimSpace(pair), "="); key != "" {
				labels[key] = value
			}
		}
	}
}
