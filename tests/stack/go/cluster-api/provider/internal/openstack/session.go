// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// novaMicroversion is what Cluster API Provider OpenStack needs at least: tags of servers and their devices.
const novaMicroversion = "2.60"

// requestTimeout bounds one request, so that a service that hangs is reported as one that is away.
const requestTimeout = time.Minute

// Credential is the content of the Secret that an identityRef names.
type Credential struct {
	CloudsYAML []byte
	CACert     []byte
	CloudName  string
	Region     string
}

// Session is one project, seen with one credential.
type Session struct {
	provider *gophercloud.ProviderClient
	endpoint gophercloud.EndpointOpts

	// ProjectID is the project of the credential.
	ProjectID string
}

// Sessions keeps authenticated sessions until half of their token's life is over. As in Cluster API Provider
// OpenStack, a credential that is deleted meanwhile shows only when a service refuses its token.
type Sessions struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]cachedSession
}

type cachedSession struct {
	session *Session
	until   time.Time
}

// Open returns a session of the credential, a kept one if there is one.
func (s *Sessions) Open(ctx context.Context, credential Credential) (*Session, error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q",
		credential.CloudsYAML, credential.CACert, credential.CloudName, credential.Region))
	if session := s.kept(key); session != nil {
		return session, nil
	}
	session, expires, err := authenticate(ctx, credential)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[[sha256.Size]byte]cachedSession{}
	}
	s.known[key] = cachedSession{session, time.Now().Add(time.Until(expires) / 2)}
	return session, nil
}

func (s *Sessions) kept(key [sha256.Size]byte) *Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	cached, ok := s.known[key]
	if !ok {
		return nil
	}
	if time.Now().After(cached.until) {
		delete(s.known, key)
		return nil
	}
	return cached.session
}

func authenticate(ctx context.Context, credential Credential) (*Session, time.Time, error) {
	options := []clouds.ParseOption{
		clouds.WithCloudsYAML(bytes.NewReader(credential.CloudsYAML)),
		clouds.WithCloudName(credential.CloudName),
	}
	if credential.Region != "" {
		options = append(options, clouds.WithRegion(credential.Region))
	}
	auth, endpoint, tlsConfig, err := clouds.Parse(options...)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("auth option failed for cloud %v: %v", credential.CloudName, err)
	}
	auth.AllowReauth = true
	provider, err := openstack.NewClient(auth.IdentityEndpoint)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("create providerClient err: %v", err)
	}
	provider.HTTPClient = http.Client{
		Timeout:   requestTimeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: withCA(tlsConfig, credential.CACert)},
	}
	if err := openstack.Authenticate(ctx, provider, auth); err != nil {
		return nil, time.Time{}, fmt.Errorf("providerClient authentication err: %v", err)
	}
	result, ok := provider.GetAuthResult().(tokens.CreateResult)
	if !ok {
		return nil, time.Time{}, fmt.Errorf("unable to get the project id from auth response with type %T", provider.GetAuthResult())
	}
	project, err := result.ExtractProject()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("unable to extract project from CreateResult: %v", err)
	}
	token, err := result.ExtractToken()
	if err != nil {
		return nil, time.Time{}, err
	}
	session := &Session{provider: provider, endpoint: endpoint}
	if project != nil {
		session.ProjectID = project.ID
	}
	return session, token.ExpiresAt, nil
}

func withCA(config *tls.Config, pem []byte) *tls.Config {
	if config == nil {
		config = &tls.Config{}
	}
	config.MinVersion = tls.VersionTLS12
	if pool := x509.NewCertPool(); len(pem) > 0 && pool.AppendCertsFromPEM(pem) {
		config.RootCAs = pool
	}
	return config
}

// Networking returns what the session can do in Neutron.
func (s *Session) Networking(events Events) (*Networking, error) {
	client, err := openstack.NewNetworkV2(s.provider, s.endpoint)
	if err != nil {
		return nil, fmt.Errorf("failed to create networking service providerClient: %v", err)
	}
	return &Networking{client: client, projectID: s.ProjectID, events: events}, nil
}

// Compute returns what the session can do in Nova, with the images and volumes of servers.
func (s *Session) Compute(events Events) (*Compute, error) {
	client, err := openstack.NewComputeV2(s.provider, s.endpoint)
	if err != nil {
		return nil, fmt.Errorf("failed to create compute service client: %v", err)
	}
	client.Microversion = novaMicroversion
	return &Compute{client: client, session: s, events: events}, nil
}

func (s *Session) image() (*gophercloud.ServiceClient, error) {
	client, err := openstack.NewImageV2(s.provider, s.endpoint)
	if err != nil {
		return nil, fmt.Errorf("failed to create image service client: %v", err)
	}
	return client, nil
}

func (s *Session) volume() (*gophercloud.ServiceClient, error) {
	client, err := openstack.NewBlockStorageV3(s.provider, s.endpoint)
	if err != nil {
		return nil, fmt.Errorf("failed to create volume service client: %v", err)
	}
	return client, nil
}
