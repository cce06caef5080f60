# SPDX-License-Identifier: Apache-2.0
"""magnum-capi-helm: its driver as it is, with a Helm that keeps the values it is given."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import world
from magnum_capi_helm import conf, driver

HELM = """#!/bin/sh
printf '%s\\n' "$@" > "$HELM_GOT/arguments"
cat > "$HELM_GOT/values"
echo '{}'
"""


def render(context: Any, cluster: Any) -> dict[str, Any]:
    """What Helm gets for a cluster, or the error that a tenant reads."""
    got = Path(os.environ["HELM_GOT"])
    try:
        driver.Driver()._update_helm_release(context, cluster)
    except Exception as error:  # whatever it raises ends in status_reason
        return {"error": f"{type(error).__name__}: {error}"}
    arguments = (got / "arguments").read_text(encoding="utf-8").splitlines()
    return {
        "values": json.loads((got / "values").read_text(encoding="utf-8")),
        "release": arguments[1],
        "namespace": arguments[arguments.index("--namespace") + 1],
    }


def registry() -> dict[str, Any]:
    """The labels that it reads, with their defaults."""
    options = conf.capi_helm_cluster_labels_opts
    older = {old.name: option.name for option in options for old in option.deprecated_opts}
    section = conf.capi_helm_cluster_labels_group.name
    places = {
        option.name: [(section, option.name), *((old.group, old.name) for old in option.deprecated_opts)]
        for option in options
    }
    defaults = {option.name: option.default for option in options}
    return {"defaults": defaults, "older": older, "places": places}


def options(site: dict[str, Any]) -> dict[str, Any]:
    """The sections of magnum.conf that it reads."""
    driver_options = {"namespace_prefix": site["namespace_prefix"]}
    if site["default_volume_type"]:
        driver_options["csi_cinder_default_volume_type"] = site["default_volume_type"]
    return {
        "capi_helm": driver_options,
        "capi_helm_cluster_labels": site["label_defaults"],
        "cinder": site["cinder"],
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        helm = Path(folder) / "helm"
        helm.write_text(HELM, encoding="utf-8")
        helm.chmod(0o755)
        os.environ["HELM_GOT"] = folder
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        world.main(options, render)
    Path(f"{world.sys.argv[2]}.registry").write_text(json.dumps(registry()), encoding="utf-8")
