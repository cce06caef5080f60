// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"k8s.io/klog/v2"
	inmemoryruntime "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/runtime"
	inmemoryapi "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/server/api"
	inmemoryetcd "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/server/etcd"
)

const readHeaderTimeout = 10 * time.Second

// server is one port that answers as the API server of a cluster and, where a client asks for one of them by name
// through a forwarded port, as its etcd members.
type server struct {
	endpoint Endpoint
	api      *api
	handler  http.Handler

	mu         sync.RWMutex
	apiServers map[string]bool
	apiServing *tls.Certificate
	members    map[string]*tls.Certificate
	running    *http.Server
}

func newServer(endpoint Endpoint, group string, memory inmemoryruntime.Manager) *server {
	resolve := func(string) (string, error) { return group, nil }
	inner := inmemoryapi.NewAPIServerHandler(memory, klog.Background(), resolve)
	etcd := inmemoryetcd.NewEtcdServerHandler(memory, klog.Background(), resolve)
	outer := newAPI(inner, memory, group)
	return &server{
		endpoint:   endpoint,
		api:        outer,
		apiServers: map[string]bool{},
		members:    map[string]*tls.Certificate{},
		handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
				etcd.ServeHTTP(w, r)
				return
			}
			outer.ServeHTTP(w, r)
		}),
	}
}

// addAPIServer counts an API server's pod in and begins to listen at the first one.
func (s *server) addAPIServer(pod string, authority Authority) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.apiServers[pod] {
		return nil
	}
	certificate, err := authority.servingCertificate("kube-apiserver", s.endpoint.Host)
	if err != nil {
		return err
	}
	s.apiServing = certificate
	if s.running == nil {
		if err := s.listen(); err != nil {
			return err
		}
	}
	s.apiServers[pod] = true
	return nil
}

func (s *server) listen() error {
	listener, err := net.Listen("tcp", s.endpoint.String())
	if err != nil {
		return fmt.Errorf("serve a workload cluster on %s: %w", s.endpoint, err)
	}
	running := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: readHeaderTimeout,
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate},
		ErrorLog:          log.New(io.Discard, "", 0), // clients that go away, and the in-memory server's doubled headers
	}
	s.running = running
	go func() {
		if err := running.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			klog.ErrorS(err, "Workload API server ended", "endpoint", s.endpoint)
		}
	}()
	return nil
}

// certificate is that of the etcd member that a client asks for by name, or that of the API server.
func (s *server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if member := s.members[hello.ServerName]; member != nil {
		return member, nil
	}
	return s.apiServing, nil
}

// removeAPIServer counts an API server's pod out and stops to listen after the last one.
func (s *server) removeAPIServer(pod string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.apiServers, pod)
	if len(s.apiServers) > 0 {
		return nil
	}
	return s.close()
}

func (s *server) addMember(pod string, authority Authority) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.members[pod] != nil {
		return nil
	}
	certificate, err := authority.servingCertificate(pod, s.endpoint.Host)
	if err != nil {
		return err
	}
	s.members[pod] = certificate
	return nil
}

func (s *server) removeMember(pod string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.members, pod)
}

func (s *server) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.close()
}

func (s *server) close() error {
	if s.running == nil {
		return nil
	}
	running := s.running
	s.running = nil
	return running.Close()
}
