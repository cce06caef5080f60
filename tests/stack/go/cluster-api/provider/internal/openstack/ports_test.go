// SPDX-License-Identifier: Apache-2.0

package openstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2"
	"k8s.io/utils/ptr"

	infrav1 "magnum-capi-rdma/stack/cluster-api/provider/api/v1beta1"
)

// neutron is a Neutron with ports and networks only, that refuses every port on the network "refused".
type neutron struct {
	ports    []map[string]any
	networks []map[string]any
	created  int
}

func (n *neutron) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(code int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(body)
	}
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/ports":
		answer(http.StatusOK, map[string]any{"ports": matching(n.ports, r)})
	case r.Method == http.MethodGet && r.URL.Path == "/networks":
		answer(http.StatusOK, map[string]any{"networks": matching(n.networks, r)})
	case r.Method == http.MethodGet && r.URL.Path == "/extensions":
		answer(http.StatusOK, map[string]any{"extensions": []any{}})
	case r.Method == http.MethodPost && r.URL.Path == "/ports":
		var body struct{ Port map[string]any }
		_ = json.NewDecoder(r.Body).Decode(&body)
		if body.Port["network_id"] == "refused" {
			answer(http.StatusForbidden, map[string]any{"NeutronError": map[string]any{"type": "PolicyNotAuthorized"}})
			return
		}
		n.created++
		body.Port["id"] = fmt.Sprintf("port-%d", n.created)
		n.ports = append(n.ports, body.Port)
		answer(http.StatusCreated, map[string]any{"port": body.Port})
	default:
		answer(http.StatusNotFound, map[string]any{})
	}
}

// matching returns the resources that have the values of a query.
func matching(resources []map[string]any, r *http.Request) []map[string]any {
	found := []map[string]any{}
	for _, resource := range resources {
		fits := true
		for key, values := range r.URL.Query() {
			fits = fits && resource[key] == values[0]
		}
		if fits {
			found = append(found, resource)
		}
	}
	return found
}

func networking(t *testing.T, service *neutron) *Networking {
	t.Helper()
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	return &Networking{client: &gophercloud.ServiceClient{
		ProviderClient: &gophercloud.ProviderClient{TokenID: "t"}, Endpoint: server.URL + "/", ResourceBase: server.URL + "/",
	}}
}

var twoPorts = []infrav1.ResolvedPortSpec{{Name: "m-0", NetworkID: "n"}, {Name: "m-1", NetworkID: "n"}}

func TestPortsAreMadeOnce(t *testing.T) {
	service := &neutron{}
	n := networking(t, service)
	first, err := n.EnsurePorts(t.Context(), twoPorts, nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, noted := range map[string][]infrav1.PortStatus{"noted": first, "half noted": first[:1], "not noted": nil} {
		again, err := n.EnsurePorts(t.Context(), twoPorts, noted)
		if err != nil {
			t.Fatal(err)
		}
		if service.created != 2 || len(again) != 2 || again[0] != first[0] || again[1] != first[1] {
			t.Errorf("%s: %d made, %v then %v", what, service.created, first, again)
		}
	}
}

func TestPortsThatWereNotNotedAreAdopted(t *testing.T) {
	service := &neutron{ports: []map[string]any{{"id": "a", "name": "m-0", "network_id": "n"}}}
	there, err := networking(t, service).AdoptPorts(t.Context(), twoPorts, nil)
	if err != nil || len(there) != 1 || there[0].ID != "a" {
		t.Errorf("got %v, %v", there, err)
	}
}

func TestARefusedPortKeepsTheOthersAndNeutronsWords(t *testing.T) {
	wanted := []infrav1.ResolvedPortSpec{twoPorts[0], {Name: "m-1", NetworkID: "refused"}}
	there, err := networking(t, &neutron{}).EnsurePorts(t.Context(), wanted, nil)
	if len(there) != 1 {
		t.Errorf("kept %v", there)
	}
	if err == nil || !strings.HasPrefix(err.Error(), "Expected HTTP response code [201 202] when accessing [POST http://") ||
		!strings.HasSuffix(err.Error(), `/ports], but got 403 instead: {"NeutronError":{"type":"PolicyNotAuthorized"}}`) {
		t.Errorf("got %v", err)
	}
}

func TestANetworkFilterMustFitOneNetwork(t *testing.T) {
	service := &neutron{networks: []map[string]any{
		{"id": "1", "name": "rdma"}, {"id": "2", "name": "twice"}, {"id": "3", "name": "twice"},
	}}
	n := networking(t, service)
	for name, want := range map[string]error{"rdma": nil, "twice": ErrMultipleMatches, "none": ErrNoMatches} {
		id, err := n.NetworkID(t.Context(), &infrav1.NetworkParam{Filter: &infrav1.NetworkFilter{Name: name}})
		if !errors.Is(err, want) || (want == nil && id != "1") {
			t.Errorf("%s: got %q, %v", name, id, err)
		}
	}
}

func TestAnIDIsNotLookedUp(t *testing.T) {
	id, err := networking(t, &neutron{}).NetworkID(t.Context(), &infrav1.NetworkParam{ID: ptr.To("unknown")})
	if id != "unknown" || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
}

func TestThePortsOfAServerAreResolved(t *testing.T) {
	service := &neutron{networks: []map[string]any{{"id": "1", "name": "rdma"}}}
	resolved, err := networking(t, service).ResolvePorts(t.Context(), []infrav1.PortOpts{
		{Network: &infrav1.NetworkParam{ID: ptr.To("own")}, SecurityGroups: []infrav1.SecurityGroupParam{{ID: ptr.To("g")}, {ID: ptr.To("g")}}},
		{
			Network: &infrav1.NetworkParam{Filter: &infrav1.NetworkFilter{Name: "rdma"}}, Tags: []string{"b"},
			ResolvedPortSpecFields: infrav1.ResolvedPortSpecFields{VNICType: ptr.To("direct")},
		},
	}, false, "cluster", "m", []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	const description = "Created by cluster-api-provider-openstack cluster cluster"
	want := `[{"name":"m-0","description":"` + description + `","networkID":"own","tags":["a"],"securityGroups":["g"]},` +
		`{"name":"m-1","description":"` + description + `","networkID":"1","tags":["a","b"],"vnicType":"direct"}]`
	if got := toJSON(t, resolved); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
