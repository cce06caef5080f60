# SPDX-License-Identifier: Apache-2.0
"""The Helm programs and the registry that the chart tests use; the stack has their builds."""

from pathlib import Path

from onehost import builds
from onehost.layout import cache_directory
from onehost.locks import exclusive
from onehost.progress import Progress

CHART_BUILDS = (builds.HELM4_BUILD, builds.HELM3_BUILD, builds.REGISTRY_BUILD)


def ensure_helm() -> None:
    """Have Helm 4, Helm 3 and the registry."""
    builds.require_go()
    progress = Progress()
    for build in CHART_BUILDS:
        with exclusive(cache_directory() / "building.lock", progress, "building"):
            builds.ensure(build, progress)


def helm_folders() -> list[Path]:
    """Where Helm 4 (as helm), Helm 3 (as helm3) and the registry (as oci-registry) lie."""
    return [build.folder / "bin" for build in CHART_BUILDS]


def helm() -> Path:
    """Helm 4."""
    return builds.HELM4_BUILD.program("helm")
