// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	inmemoryapi "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/server/api"
)

const definition = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
"metadata":{"name":"network-attachment-definitions.k8s.cni.cncf.io"},
"spec":{"group":"k8s.cni.cncf.io","scope":"Namespaced",
"names":{"plural":"network-attachment-definitions","kind":"NetworkAttachmentDefinition"},
"versions":[{"name":"v1","served":true,"storage":true}]}}`

const (
	definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	attachments = "/apis/k8s.cni.cncf.io/v1/namespaces/default/network-attachment-definitions"
	attachment  = `{"apiVersion":"k8s.cni.cncf.io/v1","kind":"NetworkAttachmentDefinition","metadata":{"name":"rdma"},"spec":{"config":"{}"}}`
)

func newTestAPI(t *testing.T) *api {
	t.Helper()
	clusters, err := New(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	clusters.memory.AddResourceGroup("c")
	inner := inmemoryapi.NewAPIServerHandler(clusters.memory, klog.Background(), func(string) (string, error) { return "c", nil })
	return newAPI(inner, clusters.memory, "c")
}

func ask(t *testing.T, a *api, method, path, contentType, body string) (int, map[string]any) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	a.ServeHTTP(answer, request)
	var object map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&object); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s %s: %d %q is no JSON", method, path, answer.Code, answer.Body)
	}
	return answer.Code, object
}

func TestCustomResourcesOfADefinitionAreServed(t *testing.T) {
	a := newTestAPI(t)
	if code, _ := ask(t, a, http.MethodPost, definitions, "application/json", definition); code != http.StatusOK {
		t.Fatalf("definition: %d", code)
	}
	_, list := ask(t, a, http.MethodGet, "/apis/k8s.cni.cncf.io/v1", "", "")
	if resources, _ := list["resources"].([]any); len(resources) != 1 {
		t.Errorf("discovery: %v", list)
	}
	if code, answer := ask(t, a, http.MethodPost, attachments, "application/json", attachment); code != http.StatusCreated {
		t.Fatalf("create: %d %v", code, answer)
	}
	if code, answer := ask(t, a, http.MethodGet, attachments+"/rdma", "", ""); code != http.StatusOK {
		t.Errorf("get: %d %v", code, answer)
	}
	if code, _ := ask(t, a, http.MethodPost, attachments, "application/json", attachment); code != http.StatusConflict {
		t.Errorf("second create: %d", code)
	}
	if code, _ := ask(t, a, http.MethodDelete, attachments+"/rdma", "", ""); code != http.StatusOK {
		t.Errorf("delete: %d", code)
	}
	if code, _ := ask(t, a, http.MethodGet, attachments+"/rdma", "", ""); code != http.StatusNotFound {
		t.Errorf("get after delete: %d", code)
	}
}

func TestAnUnknownResourceIsNotFound(t *testing.T) {
	a := newTestAPI(t)
	if code, status := ask(t, a, http.MethodGet, attachments, "", ""); code != http.StatusNotFound || status["reason"] != "NotFound" {
		t.Errorf("%d %v", code, status)
	}
}

func TestAPatchedDefinitionIsStillServed(t *testing.T) {
	a := newTestAPI(t)
	ask(t, a, http.MethodPost, definitions, "application/json", definition)
	path := definitions + "/network-attachment-definitions.k8s.cni.cncf.io"
	code, _ := ask(t, a, http.MethodPatch, path, string(types.MergePatchType), `{"metadata":{"labels":{"a":"b"}},"status":null}`)
	if code != http.StatusOK {
		t.Fatalf("patch: %d", code)
	}
	if code, answer := ask(t, a, http.MethodPost, attachments, "application/json", attachment); code != http.StatusCreated {
		t.Errorf("create: %d %v", code, answer)
	}
}

func TestADefinitionBecomesEstablished(t *testing.T) {
	a := newTestAPI(t)
	ask(t, a, http.MethodPost, definitions, "application/json", definition)
	_, object := ask(t, a, http.MethodGet, definitions+"/network-attachment-definitions.k8s.cni.cncf.io", "", "")
	status, _ := object["status"].(map[string]any)
	if conditions, _ := status["conditions"].([]any); len(conditions) != 2 {
		t.Errorf("status: %v", status)
	}
}

func TestServerSideApplyMakesAndMergesBuiltInKinds(t *testing.T) {
	a := newTestAPI(t)
	const path = "/api/v1/namespaces/default/configmaps/addon"
	for _, step := range []struct {
		body string
		code int
		keys int
	}{
		{"{apiVersion: v1, kind: ConfigMap, metadata: {name: addon}, data: {a: '1'}}", http.StatusCreated, 1},
		{"{apiVersion: v1, kind: ConfigMap, metadata: {name: addon}, data: {b: '2'}}", http.StatusOK, 2},
	} {
		code, object := ask(t, a, http.MethodPatch, path, string(types.ApplyYAMLPatchType), step.body)
		data, _ := object["data"].(map[string]any)
		if code != step.code || len(data) != step.keys {
			t.Errorf("%s: %d %v", step.body, code, object)
		}
	}
	if code, _ := ask(t, a, http.MethodGet, path, "", ""); code != http.StatusOK {
		t.Errorf("the in-memory server does not know what was applied: %d", code)
	}
}

func TestAWatchFromBeforeARestartIsToldToListAgain(t *testing.T) {
	a := newTestAPI(t)
	for _, path := range []string{"/api/v1/nodes", "/apis/batch/v1/jobs"} {
		code, status := ask(t, a, http.MethodGet, path+"?watch=true&resourceVersion=1", "", "")
		if code != http.StatusGone || status["reason"] != "Expired" {
			t.Errorf("%s: %d %v", path, code, status)
		}
		ask(t, a, http.MethodGet, path, "", "")
		code, _ = ask(t, a, http.MethodGet, path+"?watch=true&resourceVersion=1&timeoutSeconds=1", "", "")
		if code != http.StatusOK {
			t.Errorf("%s after a list: %d", path, code)
		}
	}
}

func TestAWatchSendsWhatThereIsAndThenAMark(t *testing.T) {
	a := newTestAPI(t)
	ask(t, a, http.MethodPost, definitions, "application/json", definition)
	ask(t, a, http.MethodPost, attachments, "application/json", attachment)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the watch ends after what it sends at once
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, attachments+"?watch=true&sendInitialEvents=true&allowWatchBookmarks=true", nil)
	answer := httptest.NewRecorder()
	a.ServeHTTP(answer, request)
	var kinds []string
	decoder := json.NewDecoder(answer.Body)
	for decoder.More() {
		var event struct {
			Type   string
			Object struct{ Metadata metav1.ObjectMeta }
		}
		if err := decoder.Decode(&event); err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, event.Type+" "+event.Object.Metadata.Name+event.Object.Metadata.Annotations[metav1.InitialEventsAnnotationKey])
	}
	if !slices.Equal(kinds, []string{"ADDED rdma", "BOOKMARK true"}) {
		t.Errorf("events: %q", kinds)
	}
}
