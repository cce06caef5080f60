# SPDX-License-Identifier: Apache-2.0
"""The real Helm, as the chart tests use it: find it, render the chart, read what comes out."""

import base64
import dataclasses
import functools
import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

HERE = pathlib.Path(__file__).resolve().parent
CHART = HERE.parent.parent / "charts" / "openstack-cluster"
# The values that the driver makes, one file for each request of its tests.
DRIVERS = HERE.parent / "golden" / "values"
RELEASE = "demo"
NAMESPACE = "magnum-demo"

Object = dict[str, Any]


class Refused(Exception):
    """Helm did not render the chart; the text is what it said."""


@dataclasses.dataclass(frozen=True)
class Helm:
    """One Helm program."""

    program: pathlib.Path
    version: str

    def template(
        self,
        *values: pathlib.Path | Mapping[str, Any],
        chart: pathlib.Path = CHART,
        arguments: tuple[str, ...] = (),
    ) -> list[Object]:
        """The objects that the chart makes of the values, each laid over those before it."""
        with tempfile.TemporaryDirectory() as directory:
            files = [self._file(pathlib.Path(directory), index, item) for index, item in enumerate(values)]
            options = [option for file in files for option in ("--values", str(file))]
            command = [
                str(self.program),
                "template",
                RELEASE,
                str(chart),
                "--namespace",
                NAMESPACE,
                *options,
                *arguments,
            ]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Refused(result.stderr)
        return [document for document in yaml.safe_load_all(result.stdout) if document]

    @staticmethod
    def _file(directory: pathlib.Path, index: int, item: pathlib.Path | Mapping[str, Any]) -> pathlib.Path:
        if isinstance(item, pathlib.Path):
            return item
        file = directory / f"{index}.yaml"
        file.write_text(yaml.safe_dump(dict(item)))
        return file


def cache() -> pathlib.Path:
    """Where the project keeps what it built."""
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("MAGNUM_CAPI_RDMA_CACHE") or pathlib.Path(home) / "magnum-capi-rdma")


def programs() -> Iterator[pathlib.Path]:
    """Helm programs: the one in $HELM and no other, or all that are in PATH and in the cache."""
    if named := os.environ.get("HELM"):
        yield pathlib.Path(shutil.which(named) or named)
        return
    search = os.pathsep.join([os.environ.get("PATH", ""), str(cache() / "bin")])
    for name in ("helm4", "helm3", "helm"):
        if found := shutil.which(name, path=search):
            yield pathlib.Path(found)


@functools.cache
def installed() -> dict[str, Helm]:
    """The Helm programs of this machine by major version: v4, v3."""
    found: dict[str, Helm] = {}
    for program in programs():
        result = subprocess.run(
            [program, "version", "--template", "{{.Version}}"], capture_output=True, text=True, check=True
        )
        version = result.stdout.strip()
        found.setdefault(version.split(".")[0], Helm(program, version))
    return found


def find(objects: list[Object], kind: str, *parts: str) -> Object:
    """The one object of a kind whose component and node group labels are the given ones."""

    def names(item: Object) -> tuple[str, ...]:
        labels = item["metadata"]["labels"]
        suffixes = ("/component", "/node-group")
        return tuple(value for suffix in suffixes for key, value in labels.items() if key.endswith(suffix))

    matching = [item for item in objects if item["kind"] == kind and names(item) == parts]
    assert len(matching) == 1, f"{len(matching)} objects {kind} {parts}, not one"
    return matching[0]


def at(item: Any, path: str) -> Any:
    """The value at a dotted path (numbers are places in a list); None where there is nothing."""
    for step in path.split("."):
        if isinstance(item, list):
            item = item[int(step)] if int(step) < len(item) else None
        else:
            item = (item or {}).get(step)
    return item


def decoded(secret: Object) -> dict[str, str]:
    """The content of a Secret."""
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
