# SPDX-License-Identifier: Apache-2.0
"""The Helm programs, of which the stack has the build."""

from pathlib import Path

from onehost import builds
from onehost.layout import cache_directory
from onehost.locks import exclusive
from onehost.progress import Progress

HELM_BUILDS = (builds.HELM4_BUILD, builds.HELM3_BUILD)


def ensure_helm() -> None:
    """Have Helm 4 and Helm 3."""
    builds.require_go()
    progress = Progress()
    for build in HELM_BUILDS:
        with exclusive(cache_directory() / "building.lock", progress, "building"):
            builds.ensure(build, progress)


def helm_folders() -> list[Path]:
    """Where Helm 4 (as helm) and Helm 3 (as helm3) lie."""
    return [build.folder / "bin" for build in HELM_BUILDS]


def helm() -> Path:
    """Helm 4."""
    return builds.HELM4_BUILD.program("helm")
