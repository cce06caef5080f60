// SPDX-License-Identifier: Apache-2.0

// Package workload keeps the workload clusters: for each of them an API server and etcd in memory, with the nodes,
// pods and settings that kubeadm would have made.
//
// The memory, the API of the usual kinds and etcd are Cluster API's in-memory server. This package serves them, one
// port for each cluster, and adds what that server does not know: further built-in kinds, custom resources of the
// definitions that a cluster holds, and server-side apply (package-private type api).
//
// Nothing outlives the process: whoever uses this package says again, after a restart, which clusters and machines
// there are.
package workload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	cloudv1 "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/cloud/api/v1alpha1"
	inmemoryruntime "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const clustersAtMost = 900

var errNotServed = errors.New("the workload cluster is not served yet")

// Endpoint is where a workload API server answers.
type Endpoint struct {
	Host string
	Port int32
}

func (e Endpoint) String() string { return net.JoinHostPort(e.Host, strconv.Itoa(int(e.Port))) }

// Clusters are the workload clusters of this process.
type Clusters struct {
	host    string
	minPort int32
	memory  inmemoryruntime.Manager

	mu      sync.Mutex
	servers map[types.NamespacedName]*server
}

// New returns no clusters yet; each will be served on the host, on a port of its own from minPort on.
func New(ctx context.Context, host string, minPort int32) (*Clusters, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		cloudv1.AddToScheme, clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	memory := inmemoryruntime.NewManager(scheme)
	if err := memory.Start(ctx); err != nil {
		return nil, err
	}
	return &Clusters{host: host, minPort: minPort, memory: memory, servers: map[types.NamespacedName]*server{}}, nil
}

// Owns says whether an endpoint is one that this package gives out.
func (c *Clusters) Owns(endpoint Endpoint) bool {
	return endpoint.Host == c.host && endpoint.Port >= c.minPort && endpoint.Port < c.minPort+clustersAtMost
}

// Serve makes the API server of a cluster known and returns its endpoint: the given one if this package gave it out
// earlier, a free one otherwise. It answers once the first control plane machine is started.
func (c *Clusters) Serve(ctx context.Context, cluster types.NamespacedName, earlier Endpoint) (Endpoint, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.servers[cluster]; known != nil {
		return known.endpoint, nil
	}
	endpoint := earlier
	if !c.Owns(earlier) {
		var err error
		if endpoint, err = c.freeEndpoint(); err != nil {
			return Endpoint{}, err
		}
	}
	group := cluster.String()
	c.memory.AddResourceGroup(group)
	if err := createMissing(ctx, c.memory.GetResourceGroup(group).GetClient(), namespaces()...); err != nil {
		return Endpoint{}, err
	}
	c.servers[cluster] = newServer(endpoint, group, c.memory)
	return endpoint, nil
}

func (c *Clusters) freeEndpoint() (Endpoint, error) {
	taken := map[int32]bool{}
	for _, known := range c.servers {
		taken[known.endpoint.Port] = true
	}
	for port := c.minPort; port < c.minPort+clustersAtMost; port++ {
		endpoint := Endpoint{Host: c.host, Port: port}
		if taken[port] {
			continue
		}
		if listener, err := net.Listen("tcp", endpoint.String()); err == nil {
			return endpoint, listener.Close()
		}
	}
	return Endpoint{}, fmt.Errorf("no free port for a workload API server among the %d from %d on", clustersAtMost, c.minPort)
}

// Remove forgets a cluster and all that it holds.
func (c *Clusters) Remove(cluster types.NamespacedName) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.servers[cluster]
	if known == nil {
		return nil
	}
	delete(c.servers, cluster)
	c.memory.DeleteResourceGroup(cluster.String())
	return known.stop()
}

// server returns the server of a cluster, with a client to its memory, or nil.
func (c *Clusters) server(cluster types.NamespacedName) (*server, inmemoryruntime.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.servers[cluster]
	if known == nil {
		return nil, nil
	}
	return known, c.memory.GetResourceGroup(cluster.String()).GetClient()
}

func namespaces() []client.Object {
	var objects []client.Object
	for _, name := range []string{metav1.NamespaceDefault, metav1.NamespacePublic, metav1.NamespaceSystem} {
		objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: map[string]string{corev1.LabelMetadataName: name},
		}})
	}
	return objects
}

func createMissing(ctx context.Context, c inmemoryruntime.Client, objects ...client.Object) error {
	for _, object := range objects {
		if err := c.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}
