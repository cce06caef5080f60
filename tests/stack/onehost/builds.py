# SPDX-License-Identifier: Apache-2.0
"""Go programs, built from the modules in `go` and cached under a hash of all that goes into them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from onehost import jobs
from onehost.errors import StackError
from onehost.jobs import Job
from onehost.layout import SOURCE, cache_directory
from onehost.progress import Progress
from onehost.steps import digest

KUBERNETES = "v1.36.3"
HELM = {"helm4": "v4.3.1", "helm3": "v3.22.0"}

_KUBERNETES_VERSION = " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in (
        ("gitVersion", KUBERNETES),
        ("gitMajor", "1"),
        ("gitMinor", "36"),
        ("gitCommit", "unknown"),
        ("gitTreeState", "clean"),
    )
)


@dataclass(frozen=True)
class Build:
    """Programs of one Go module.

    `sources` are the module's own Go files that go into them. `manifests` are folders and files of one of the
    modules it requires, kept beside the programs so that a cached build needs no module cache.
    """

    name: str
    module: str
    programs: Mapping[str, str]
    link: str = ""
    sources: tuple[str, ...] = ("*.go",)
    manifests: Mapping[str, str] = field(default_factory=dict)
    manifests_of: str = ""

    @property
    def step(self) -> str:
        """The name of the step that makes it."""
        return f"{self.name}-build"

    @property
    def source(self) -> Path:
        """The folder with the module's go.mod."""
        return SOURCE / "go" / self.module

    @property
    def flags(self) -> list[str]:
        """What the compiler is told."""
        return ["-trimpath", f"-ldflags=-s -w {self.link}".rstrip()]

    @cached_property
    def folder(self) -> Path:
        """Where the finished build lies in the cache; settled when it is first asked for."""
        return cache_directory() / "builds" / f"{self.name}-{self.key()}"

    def key(self) -> str:
        """A hash of the sources and of what the compiler is told."""
        files = [self.source / "go.mod", self.source / "go.sum"]
        for pattern in self.sources:
            files += sorted(self.source.glob(pattern))
        plan = [*self.flags, platform.machine(), repr(sorted(self.programs.items()))]
        plan += [self.manifests_of, repr(sorted(self.manifests.items()))]
        parts = [part for file in files for part in (str(file.relative_to(self.source)), file.read_bytes())]
        return digest(*plan, *parts)[:12]

    def program(self, name: str) -> Path:
        """The path of one of the programs."""
        if name not in self.programs:
            raise KeyError(name)
        return self.folder / "bin" / name


KUBERNETES_BUILD = Build(
    name="kubernetes",
    module="kubernetes",
    link=_KUBERNETES_VERSION,
    sources=("*.go", "etcd/*.go"),
    programs={
        "etcd": "./etcd",
        "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
        "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
        "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    },
)
HELM4_BUILD = Build(
    name="helm4",
    module="helm4",
    link=f"-X helm.sh/helm/v4/internal/version.version={HELM['helm4']}",
    programs={"helm": "helm.sh/helm/v4/cmd/helm"},
)
HELM3_BUILD = Build(
    name="helm3",
    module="helm3",
    link=f"-X helm.sh/helm/v3/internal/version.version={HELM['helm3']}",
    programs={"helm3": "helm.sh/helm/v3/cmd/helm"},
)
CLUSTER_API_BUILD = Build(
    name="cluster-api",
    module="cluster-api",
    programs={
        "capi-core": "sigs.k8s.io/cluster-api/core",
        "capi-bootstrap-kubeadm": "sigs.k8s.io/cluster-api/bootstrap/kubeadm",
        "capi-controlplane-kubeadm": "sigs.k8s.io/cluster-api/controlplane/kubeadm",
    },
    manifests_of="sigs.k8s.io/cluster-api",
    manifests={
        f"{manager}/{part}": f"{folder}/config/{path}"
        for manager, folder in (
            ("core", "core"),
            ("bootstrap", "bootstrap/kubeadm"),
            ("controlplane", "controlplane/kubeadm"),
        )
        for part, path in (("crds", "crd/bases"), ("webhooks.yaml", "webhook/manifests.yaml"))
    },
)
PROVIDER_BUILD = Build(
    name="openstack-provider",
    module="cluster-api",
    sources=("provider/**/*.go",),
    programs={"openstack-provider": "./provider"},
)
REGISTRY_BUILD = Build(
    name="registry",
    module="registry",
    programs={"oci-registry": "."},
)


def ensure(build: Build, progress: Progress) -> None:
    """Have the programs of a build in the cache."""
    folder = build.folder
    if folder.is_dir():
        return
    began = time.monotonic()
    progress.say(f"building {build.name}: {', '.join(build.programs)}")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "bin").mkdir(parents=True)
    for program, package in build.programs.items():
        command = ["nice", "go", "build", *build.flags, "-o", str(partial / "bin" / program), package]
        job = Job(
            f"building {program}",
            command,
            _log(build),
            environment=_environment(),
            folder=build.source,
            may_be_cut_off=True,
        )
        jobs.run(job, progress)
    for name, path in _manifest_paths(build):
        target = partial / "manifests" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(path, target)
    if not folder.name.endswith(build.key()):
        raise StackError(
            f"The sources in {build.source} changed while {build.name} was being built: try again."
        )
    partial.rename(folder)
    progress.say(f"{build.name} is built ({time.monotonic() - began:.0f} s)")


def require_go() -> None:
    """Refuse to begin without the Go toolchain."""
    if shutil.which("go") is None:
        raise StackError(
            "The Kubernetes programs are built from source: install Go 1.26 or newer and put it in the PATH."
        )


def _log(build: Build) -> Path:
    return cache_directory() / "log" / f"build-{build.name}.log"


def _environment() -> dict[str, str]:
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false"}


def _manifest_paths(build: Build) -> Iterator[tuple[str, Path]]:
    if not build.manifests:
        return
    listed = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", build.manifests_of],
        cwd=build.source,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    for name, path in build.manifests.items():
        yield name, Path(listed.stdout.strip()) / path
