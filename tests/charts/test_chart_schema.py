# SPDX-License-Identifier: Apache-2.0
"""The schema and the documentation of the values are about the same values."""

import json
import re
from typing import Any

import pytest
import yaml
from rendering import CHART

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEXT = (CHART / "values.yaml").read_text()
DEFAULTS = yaml.safe_load(TEXT)

# Objects whose keys the schema lists completely, by their path in the values.
CLOSED = {
    "": SCHEMA,
    "kubeNetwork": SCHEMA["properties"]["kubeNetwork"],
    "clusterNetworking": SCHEMA["properties"]["clusterNetworking"],
    "apiServer": SCHEMA["properties"]["apiServer"],
    "oidc": SCHEMA["properties"]["oidc"],
    "azimuthAuthorizationWebhook": SCHEMA["properties"]["azimuthAuthorizationWebhook"],
    "etcd": SCHEMA["properties"]["etcd"],
    "controlPlane": SCHEMA["properties"]["controlPlane"],
    "nodeGroupDefaults": SCHEMA["definitions"]["nodeGroup"],
    "autoscaler": SCHEMA["properties"]["autoscaler"],
}


@pytest.mark.parametrize("path", CLOSED, ids=lambda path: path or "values")
def test_each_value_is_in_the_schema_and_explained(path: str) -> None:
    defaults: dict[str, Any] = DEFAULTS[path] if path else DEFAULTS
    known = set(CLOSED[path]["properties"])
    assert set(defaults) <= known
    # A key that has no default has its name in a comment.
    unexplained = {key for key in known - set(defaults) if not re.search(rf"\b{key}\b", TEXT)}
    assert unexplained <= {"apiServerPort", "dnsNameservers"}


def test_each_definition_is_used() -> None:
    used = set(re.findall(r'"#/definitions/(\w+)"', json.dumps(SCHEMA)))
    assert used == set(SCHEMA["definitions"])
