// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	cloudv1 "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/cloud/api/v1alpha1"
	"sigs.k8s.io/cluster-api/util/certs"
)

var testCluster = types.NamespacedName{Namespace: "ns", Name: "c"}

func newAuthority(t *testing.T) Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return Authority{Certificate: certificate, Key: key}
}

// newClusters returns clusters on ports that are free now.
func newClusters(t *testing.T) *Clusters {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	clusters, err := New(t.Context(), "127.0.0.1", int32(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = clusters.Remove(testCluster) })
	return clusters
}

func startCluster(t *testing.T, clusters *Clusters, authority Authority) Endpoint {
	t.Helper()
	endpoint, err := clusters.Serve(t.Context(), testCluster, Endpoint{})
	if err != nil {
		t.Fatal(err)
	}
	for _, machine := range []Machine{
		{Name: "worker", ProviderID: "openstack:///1", Version: "v1.36.3", Labels: map[string]string{"a": "b"}},
		{Name: "control", ProviderID: "openstack:///2", Version: "v1.36.3", ControlPlane: &ControlPlane{API: authority, Etcd: authority}},
	} {
		if err := clusters.StartMachine(t.Context(), testCluster, machine); err != nil {
			t.Fatal(err)
		}
	}
	return endpoint
}

func nodes(t *testing.T, endpoint Endpoint, authority Authority) (map[string]corev1.Node, error) {
	t.Helper()
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host:            "https://" + endpoint.String(),
		TLSClientConfig: rest.TLSClientConfig{CAData: certs.EncodeCertPEM(authority.Certificate)},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	found := map[string]corev1.Node{}
	for _, item := range list.Items {
		found[item.Name] = item
	}
	return found, nil
}

func TestMachinesBecomeNodesBehindACertificateOfTheCluster(t *testing.T) {
	authority := newAuthority(t)
	clusters := newClusters(t)
	endpoint := startCluster(t, clusters, authority)
	there, err := nodes(t, endpoint, authority)
	if err != nil {
		t.Fatal(err)
	}
	worker, control := there["worker"], there["control"]
	if worker.Spec.ProviderID != "openstack:///1" || worker.Labels["a"] != "b" || worker.Status.NodeInfo.KubeletVersion != "v1.36.3" {
		t.Errorf("worker: %+v", worker)
	}
	if _, ok := control.Labels[controlPlaneRole]; !ok || len(control.Spec.Taints) != 1 {
		t.Errorf("control plane: %+v", control)
	}
}

func TestAStoppedMachineTakesItsNodeAlongAndTheLastControlPlaneTheServer(t *testing.T) {
	authority := newAuthority(t)
	clusters := newClusters(t)
	endpoint := startCluster(t, clusters, authority)
	if err := clusters.StopMachine(t.Context(), testCluster, "worker"); err != nil {
		t.Fatal(err)
	}
	if there, err := nodes(t, endpoint, authority); err != nil || len(there) != 1 {
		t.Errorf("after the worker: %v, %v", there, err)
	}
	if err := clusters.StopMachine(t.Context(), testCluster, "control"); err != nil {
		t.Fatal(err)
	}
	if _, err := nodes(t, endpoint, authority); err == nil {
		t.Error("the API server answers without a control plane")
	}
}

func TestALostMachineShowsItAndIsHeardOfAgain(t *testing.T) {
	authority := newAuthority(t)
	clusters := newClusters(t)
	endpoint := startCluster(t, clusters, authority)
	status := func() corev1.ConditionStatus {
		there, err := nodes(t, endpoint, authority)
		if err != nil {
			t.Fatal(err)
		}
		conditions := there["worker"].Status.Conditions
		return conditions[slices.IndexFunc(conditions, func(c corev1.NodeCondition) bool { return c.Type == corev1.NodeReady })].Status
	}
	if err := clusters.LoseMachine(t.Context(), testCluster, "worker"); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != corev1.ConditionUnknown {
		t.Errorf("lost: %s", got)
	}
	if err := clusters.StartMachine(t.Context(), testCluster, Machine{Name: "worker"}); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != corev1.ConditionTrue {
		t.Errorf("heard of again: %s", got)
	}
}

func TestAnEarlierEndpointIsKeptAndNeverGivenToAnother(t *testing.T) {
	clusters := newClusters(t)
	earlier := Endpoint{Host: "127.0.0.1", Port: clusters.minPort}
	if got, err := clusters.Serve(t.Context(), testCluster, earlier); err != nil || got != earlier {
		t.Errorf("got %v, %v", got, err)
	}
	other, err := clusters.Serve(t.Context(), types.NamespacedName{Name: "other"}, Endpoint{Host: "203.0.113.9", Port: 6443})
	if err != nil || other == earlier || !clusters.Owns(other) {
		t.Errorf("another cluster got %v, %v", other, err)
	}
}

func TestApplyMakesWhatIsMissing(t *testing.T) {
	clusters := newClusters(t)
	ctx := context.Background()
	if _, err := clusters.Serve(ctx, testCluster, Endpoint{}); err != nil {
		t.Fatal(err)
	}
	documents := [][]byte{[]byte(definition), []byte("# nothing\n---\n" + attachment)}
	for range 2 {
		if err := clusters.Apply(ctx, testCluster, documents); err != nil {
			t.Fatal(err)
		}
	}
	err := clusters.Apply(ctx, testCluster, [][]byte{[]byte("{apiVersion: unknown/v1, kind: Thing, metadata: {name: x}}")})
	if err == nil || err.Error() != "unknown/v1, Kind=Thing x: the cluster knows no such kind" {
		t.Errorf("got %v", err)
	}
}

func TestEtcdMembersShareACluster(t *testing.T) {
	number := uint32(2)
	random := func() uint32 { number += 2; return number }
	first := etcdMember(nil, random, time.Now())
	second := etcdMember([]corev1.Pod{{ObjectMeta: metav1.ObjectMeta{Annotations: first}}}, random, time.Now())
	if first[cloudv1.EtcdLeaderFromAnnotationName] == "" || second[cloudv1.EtcdLeaderFromAnnotationName] != "" {
		t.Errorf("leaders: %v, %v", first, second)
	}
	if first[cloudv1.EtcdClusterIDAnnotationName] != second[cloudv1.EtcdClusterIDAnnotationName] ||
		first[cloudv1.EtcdMemberIDAnnotationName] == second[cloudv1.EtcdMemberIDAnnotationName] {
		t.Errorf("IDs: %v, %v", first, second)
	}
}
