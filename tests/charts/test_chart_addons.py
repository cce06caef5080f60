# SPDX-License-Identifier: Apache-2.0
"""Custom addons: manifests as ClusterResourceSets, Helm releases for the addon provider."""

from typing import Any

import yaml
from rendering import HERE, Helm, Object, decoded

PROVIDER = ("--api-versions", "addons.stackhpc.com/v1alpha1/HelmRelease")


def definition(kind: str, scope: str) -> str:
    """A CustomResourceDefinition of example.org."""
    return yaml.safe_dump(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{kind.lower()}s.example.org"},
            "spec": {
                "group": "example.org",
                "scope": scope,
                "names": {"kind": kind, "plural": f"{kind.lower()}s"},
            },
        }
    )


def resource(api_version: str, kind: str, **metadata: str) -> str:
    """Any object, as YAML."""
    return yaml.safe_dump({"apiVersion": api_version, "kind": kind, "metadata": {"name": "one"} | metadata})


def addon(manifests: dict[str, str], namespace: str | None = "extra-system") -> Object:
    """A Manifests addon."""
    return {"kind": "Manifests", "spec": {"namespace": namespace, "manifests": manifests}}


def render(helm: Helm, **addons: Object | None) -> dict[tuple[str, str], Object]:
    """The objects of addons by kind and name."""
    objects = helm.template(HERE / "values" / "minimal.yaml", {"addons": {"custom": addons}})
    kinds = ("ClusterResourceSet", "Secret")
    return {(item["kind"], item["metadata"]["name"]): item for item in objects if item["kind"] in kinds}


def content(secret: Object) -> list[Object]:
    """The objects in a Secret, in the order in which Cluster API applies its files."""
    files = decoded(secret)
    return [item for file in sorted(files) for item in yaml.safe_load_all(files[file])]


def namespaces(objects: list[Object]) -> dict[str, Any]:
    """The namespace of each object by kind."""
    return {item["kind"]: item["metadata"].get("namespace") for item in objects}


def test_custom_resources_are_apart_from_the_rest(helm: Helm) -> None:
    objects = render(
        helm,
        extra=addon(
            {
                "all.yaml": "---\n".join(
                    [
                        definition("Network", "Namespaced"),
                        resource("example.org/v1", "Network"),
                        resource("v1", "ConfigMap"),
                    ]
                ),
                "monitor.yaml": resource("monitoring.example.com/v1", "Monitor", namespace="elsewhere"),
            }
        ),
    )
    assert set(objects) == {
        (kind, name)
        for kind, name in [
            ("ClusterResourceSet", "demo-extra"),
            ("Secret", "demo-extra-config"),
            ("ClusterResourceSet", "demo-extra-custom-resources"),
            ("Secret", "demo-extra-custom-resources"),
        ]
    }
    assert namespaces(content(objects["Secret", "demo-extra-config"])) == {
        "Namespace": None,
        "CustomResourceDefinition": None,
        "ConfigMap": "extra-system",
    }
    assert namespaces(content(objects["Secret", "demo-extra-custom-resources"])) == {
        "Network": "extra-system",
        "Monitor": "elsewhere",
    }


def test_a_set_selects_this_cluster_and_keeps_it_up_to_date(helm: Helm) -> None:
    objects = render(helm, extra=addon({"a.yaml": resource("v1", "ConfigMap")}))
    assert set(objects) == {("ClusterResourceSet", "demo-extra"), ("Secret", "demo-extra-config")}
    assert objects["ClusterResourceSet", "demo-extra"]["spec"] == {
        "strategy": "Reconcile",
        "clusterSelector": {"matchLabels": {"capi.stackhpc.com/cluster": "demo"}},
        "resources": [{"kind": "Secret", "name": "demo-extra-config"}],
    }
    assert objects["Secret", "demo-extra-config"]["type"] == "addons.cluster.x-k8s.io/resource-set"


def test_only_namespaced_objects_without_a_namespace_get_the_addons(helm: Helm) -> None:
    objects = render(
        helm,
        extra=addon(
            {
                "a.yaml": "---\n".join(
                    [
                        definition("Network", "Namespaced"),
                        definition("Fabric", "Cluster"),
                        resource("example.org/v1", "Network"),
                        resource("example.org/v1", "Fabric"),
                        resource("other.io/v1", "Unknown"),
                        resource("apps/v1", "DaemonSet"),
                        resource("v1", "Service", namespace="other"),
                        resource("rbac.authorization.k8s.io/v1", "ClusterRole"),
                    ]
                )
            }
        ),
    )
    assert namespaces(content(objects["Secret", "demo-extra-config"])) == {
        "Namespace": None,
        "CustomResourceDefinition": None,
        "DaemonSet": "extra-system",
        "Service": "other",
        "ClusterRole": None,
    }
    assert namespaces(content(objects["Secret", "demo-extra-custom-resources"])) == {
        "Network": "extra-system",
        "Fabric": None,
        "Unknown": None,
    }


def test_the_namespace_is_made_first_and_only_where_nobody_else_does(helm: Helm) -> None:
    own = yaml.safe_dump(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "own", "labels": {"a": "b"}}}
    )
    config_map = resource("v1", "ConfigMap")
    objects = render(
        helm,
        made=addon({"a.yaml": config_map}, "made"),
        own=addon({"z.yaml": own, "a.yaml": config_map}, "own"),
        guest=addon({"a.yaml": config_map}, "own"),
        system=addon({"a.yaml": config_map}, "kube-system"),
        none=addon({"a.yaml": config_map}, None),
    )
    kinds = {
        name: [item["kind"] for item in content(objects["Secret", f"demo-{name}-config"])]
        for name in ("made", "own", "guest", "system", "none")
    }
    assert kinds == {
        "made": ["Namespace", "ConfigMap"],
        "own": ["ConfigMap", "Namespace"],
        "guest": ["ConfigMap"],
        "system": ["ConfigMap"],
        "none": ["ConfigMap"],
    }


def test_lists_comments_and_empty_documents(helm: Helm) -> None:
    listed = yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "List",
            "items": [yaml.safe_load(resource("v1", "Secret")), yaml.safe_load(resource("v1", "ConfigMap"))],
        }
    )
    text = f"# nothing but a comment\n--- # and another\n\n---\n{listed}---\n"
    objects = render(helm, extra=addon({"a.yaml": text, "empty.yaml": ""}, "default"))
    assert [item["kind"] for item in content(objects["Secret", "demo-extra-config"])] == [
        "Secret",
        "ConfigMap",
    ]


def test_text_that_looks_like_a_template_stays_as_it_is(helm: Helm) -> None:
    text = "{{ .Values.cloudName }} {% raw %} {{ local_hostname }}"
    manifest = yaml.safe_dump(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": text}}
    )
    objects = render(helm, extra=addon({"a.yaml": manifest}, "default"))
    assert content(objects["Secret", "demo-extra-config"])[0]["data"] == {"b": text}


def test_a_comment_changes_nothing(any_helm: Helm) -> None:
    manifest = resource("v1", "ConfigMap")
    assert render(any_helm, extra=addon({"a.yaml": manifest})) == render(
        any_helm, extra=addon({"a.yaml": f"# said in other words\n{manifest}"})
    )


def test_addons_can_be_taken_away(helm: Helm) -> None:
    values = {"addons": {"custom": {"extra": addon({"a.yaml": resource("v1", "ConfigMap")})}}}
    for without in ({"addons": {"enabled": False}}, {"addons": {"custom": {"extra": None}}}):
        objects = helm.template(HERE / "values" / "minimal.yaml", values, without)
        assert not [item for item in objects if item["kind"] == "ClusterResourceSet"]


def test_helm_release_for_the_addon_provider(helm: Helm) -> None:
    chart = {"name": "chart", "repo": "https://charts.example.org", "version": "1.2.3"}
    values = {
        "addons": {
            "custom": {
                "extra": {
                    "kind": "HelmRelease",
                    "spec": {"namespace": "extra-system", "chart": chart, "values": {"text": "{{ stays }}"}},
                }
            }
        }
    }
    objects = helm.template(HERE / "values" / "minimal.yaml", values, arguments=PROVIDER)
    release = next(item for item in objects if item["kind"] == "HelmRelease")
    assert release["metadata"]["name"] == "demo-extra"
    assert release["spec"] == {
        "clusterName": "demo",
        "bootstrap": True,
        "chart": chart,
        "targetNamespace": "extra-system",
        "releaseName": "extra",
        "valuesSources": [{"secret": {"name": "demo-extra-config", "key": "values"}}],
    }
    secret = next(item for item in objects if item["metadata"]["name"] == "demo-extra-config")
    assert secret["metadata"]["labels"]["addons.stackhpc.com/watch"] == ""
    assert decoded(secret)["values"] == "{% raw %}\ntext: '{{ stays }}'\n{% endraw %}\n"
