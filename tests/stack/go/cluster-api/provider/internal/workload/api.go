// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/klog/v2"
	inmemoryruntime "sigs.k8s.io/cluster-api/test/infrastructure/inmemory/pkg/runtime"
)

// kind is a kind of objects and how it is asked for.
type kind struct {
	schema.GroupVersionKind
	resource   string
	namespaced bool
	shortNames []string
}

// furtherKinds are built-in kinds that Cluster API's in-memory server does not serve and that addons consist of.
var furtherKinds = []kind{
	further("apps", "ReplicaSet", "replicasets", true),
	further("apps", "StatefulSet", "statefulsets", true),
	further("batch", "CronJob", "cronjobs", true),
	further("batch", "Job", "jobs", true),
	further("networking.k8s.io", "NetworkPolicy", "networkpolicies", true),
	further("scheduling.k8s.io", "PriorityClass", "priorityclasses", false),
	further("storage.k8s.io", "StorageClass", "storageclasses", false),
	further(admission, "MutatingAdmissionPolicy", "mutatingadmissionpolicies", false),
	further(admission, "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", false),
	further(admission, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false),
	further(admission, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false),
	further(admission, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false),
	further(admission, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
}

const admission = "admissionregistration.k8s.io"

func further(group, name, resource string, namespaced bool) kind {
	return kind{
		GroupVersionKind: schema.GroupVersionKind{Group: group, Version: "v1", Kind: name}, resource: resource, namespaced: namespaced,
	}
}

// api serves one cluster: what Cluster API's in-memory server knows is left to it, but for server-side apply;
// further built-in kinds and the custom resources of the cluster's definitions are served here.
type api struct {
	inner   http.Handler
	memory  inmemoryruntime.Manager
	group   string
	parser  request.RequestInfoResolver
	builtIn []kind

	mu       sync.Mutex
	informed map[string]bool // who has seen all that there is, see sawEarlierProcess
}

func newAPI(inner http.Handler, memory inmemoryruntime.Manager, group string) *api {
	a := &api{
		inner:    inner,
		memory:   memory,
		group:    group,
		informed: map[string]bool{},
		parser:   &request.RequestInfoFactory{APIPrefixes: sets.NewString("api", "apis"), GrouplessAPIPrefixes: sets.NewString("api")},
	}
	a.builtIn = append(a.builtIn, a.innerKinds(schema.GroupVersion{Version: "v1"})...)
	for _, found := range a.innerGroups().Groups {
		for _, version := range found.Versions {
			a.builtIn = append(a.builtIn, a.innerKinds(schema.GroupVersion{Group: found.Name, Version: version.Version})...)
		}
	}
	return a
}

func (a *api) client() inmemoryruntime.Client { return a.memory.GetResourceGroup(a.group).GetClient() }

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	info, err := a.parser.NewRequestInfo(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if info.IsResourceRequest {
		a.serveResource(w, r, info)
		return
	}
	switch path := strings.Split(strings.Trim(r.URL.Path, "/"), "/"); {
	case len(path) == 1 && path[0] == "apis":
		a.serveGroups(w, r)
	case len(path) == 3 && path[0] == "apis":
		a.serveKinds(w, r, schema.GroupVersion{Group: path[1], Version: path[2]})
	default:
		a.inner.ServeHTTP(w, r)
	}
}

func (a *api) serveResource(w http.ResponseWriter, r *http.Request, info *request.RequestInfo) {
	if (info.Verb == "list" || info.Verb == "watch") && a.sawEarlierProcess(r, info.Verb) {
		writeError(w, apierrors.NewResourceExpired("the version is from before a restart of the in-memory API server"))
		return
	}
	gv := schema.GroupVersion{Group: info.APIGroup, Version: info.APIVersion}
	asked := func(k kind) bool { return k.GroupVersion() == gv && k.resource == info.Resource }
	kinds := a.furtherKinds(r.Context())
	if i := slices.IndexFunc(kinds, asked); i >= 0 {
		a.serveObjects(w, r, info, kinds[i])
		return
	}
	switch i := slices.IndexFunc(a.builtIn, asked); {
	case i < 0:
		writeError(w, apierrors.NewGenericServerResponse(http.StatusNotFound, info.Verb,
			gv.WithResource(info.Resource).GroupResource(), info.Name, "the cluster knows no such resource", 0, true))
		return
	case info.Verb == "patch" && r.Header.Get("Content-Type") == string(types.ApplyYAMLPatchType):
		a.serveObjects(w, r, info, a.builtIn[i])
	default:
		a.inner.ServeHTTP(w, r)
	}
	if info.Resource == "customresourcedefinitions" && r.Method != http.MethodGet {
		a.establish(r.Context())
	}
}

// furtherKinds are those built in here and those of the cluster's custom resource definitions.
func (a *api) furtherKinds(ctx context.Context) []kind {
	kinds := slices.Clone(furtherKinds)
	for _, definition := range a.definitions(ctx) {
		kinds = append(kinds, definedKinds(&definition)...)
	}
	return kinds
}

// definitions are the cluster's custom resource definitions. The in-memory server keeps an object in its Go type
// until it is patched and without one afterwards, so they are read without one.
func (a *api) definitions(ctx context.Context) []apiextensionsv1.CustomResourceDefinition {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinitionList"))
	if err := a.client().List(ctx, list); err != nil {
		klog.ErrorS(err, "Custom resource definitions cannot be listed", "cluster", a.group)
		return nil
	}
	definitions := make([]apiextensionsv1.CustomResourceDefinition, len(list.Items))
	for i := range list.Items {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, &definitions[i]); err != nil {
			klog.ErrorS(err, "A custom resource definition cannot be read", "cluster", a.group, "name", list.Items[i].GetName())
		}
	}
	return definitions
}

func definedKinds(definition *apiextensionsv1.CustomResourceDefinition) []kind {
	var kinds []kind
	for _, version := range definition.Spec.Versions {
		if version.Served {
			kinds = append(kinds, kind{
				GroupVersionKind: schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind},
				resource:         definition.Spec.Names.Plural,
				namespaced:       definition.Spec.Scope == apiextensionsv1.NamespaceScoped,
				shortNames:       definition.Spec.Names.ShortNames,
			})
		}
	}
	return kinds
}

// establish marks the definitions as established, which nothing else does in memory.
func (a *api) establish(ctx context.Context) {
	for _, definition := range a.definitions(ctx) {
		if len(definition.Status.Conditions) > 0 {
			continue
		}
		definition.Status.AcceptedNames = definition.Spec.Names
		for _, condition := range []apiextensionsv1.CustomResourceDefinitionConditionType{apiextensionsv1.NamesAccepted, apiextensionsv1.Established} {
			definition.Status.Conditions = append(definition.Status.Conditions, apiextensionsv1.CustomResourceDefinitionCondition{
				Type: condition, Status: apiextensionsv1.ConditionTrue, Reason: string(condition), LastTransitionTime: metav1.Now(),
			})
		}
		_ = a.client().Update(ctx, &definition) // a definition changed meanwhile is marked at its next change
	}
}

func (a *api) serveGroups(w http.ResponseWriter, r *http.Request) {
	groups := a.innerGroups()
	for _, k := range a.furtherKinds(r.Context()) {
		addVersion(groups, k.GroupVersion())
	}
	writeJSON(w, http.StatusOK, groups)
}

func addVersion(groups *metav1.APIGroupList, gv schema.GroupVersion) {
	version := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
	for i := range groups.Groups {
		if groups.Groups[i].Name != gv.Group {
			continue
		}
		if !slices.Contains(groups.Groups[i].Versions, version) {
			groups.Groups[i].Versions = append(groups.Groups[i].Versions, version)
		}
		return
	}
	groups.Groups = append(groups.Groups, metav1.APIGroup{
		Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
	})
}

func (a *api) serveKinds(w http.ResponseWriter, r *http.Request, gv schema.GroupVersion) {
	list := a.innerResources(gv)
	for _, k := range a.furtherKinds(r.Context()) {
		if k.GroupVersion() == gv {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: k.resource, SingularName: strings.ToLower(k.Kind), Kind: k.Kind, Namespaced: k.namespaced, ShortNames: k.shortNames,
				Verbs: metav1.Verbs{"create", "delete", "get", "list", "patch", "update", "watch"},
			})
		}
	}
	if len(list.APIResources) == 0 {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, list)
}

func (a *api) innerGroups() *metav1.APIGroupList {
	groups := &metav1.APIGroupList{}
	a.askInner("/apis", groups)
	groups.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "APIGroupList"}
	return groups
}

func (a *api) innerResources(gv schema.GroupVersion) *metav1.APIResourceList {
	path := "/apis/" + gv.String()
	if gv.Group == "" {
		path = "/api/" + gv.Version
	}
	list := &metav1.APIResourceList{}
	a.askInner(path, list)
	list.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"}
	list.GroupVersion = gv.String()
	return list
}

func (a *api) innerKinds(gv schema.GroupVersion) []kind {
	var kinds []kind
	for _, resource := range a.innerResources(gv).APIResources {
		if !strings.Contains(resource.Name, "/") {
			kinds = append(kinds, kind{GroupVersionKind: gv.WithKind(resource.Kind), resource: resource.Name, namespaced: resource.Namespaced})
		}
	}
	return kinds
}

// askInner reads a discovery document of the in-memory server; what it does not know stays empty.
func (a *api) askInner(path string, into any) {
	answer := httptest.NewRecorder()
	a.inner.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	if answer.Code == http.StatusOK {
		_ = json.Unmarshal(answer.Body.Bytes(), into)
	}
}
