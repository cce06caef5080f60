# SPDX-License-Identifier: Apache-2.0
"""The chart is pulled once, by the driver's core and the real Helm, and no conductor disturbs another."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from chart_origins import NAME, VERSIONS, Repository, digest, package, registry, run
from rendering import CHART, Helm

from magnum_capi_rdma import _core

VERSION, OTHER = VERSIONS
CONDUCTOR = """
import json, sys
from magnum_capi_rdma import _core
print(json.dumps(_core.chart(json.loads(sys.argv[1]), None)))
"""


@pytest.fixture
def archives(helm: Helm, tmp_path: pathlib.Path) -> dict[str, pathlib.Path]:
    return package(helm, tmp_path / "served")


@pytest.fixture
def repository(
    helm: Helm, archives: dict[str, pathlib.Path], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> Iterator[Repository]:
    for kind in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"HELM_{kind}_HOME", str(tmp_path / "helm"))
    folder = archives[VERSION].parent
    run(helm.program, "repo", "index", folder)
    repository = Repository(folder)
    yield repository
    repository.stop()


def settings(helm: Helm, folder: pathlib.Path, chart: str, **changed: Any) -> dict[str, Any]:
    """The core's settings for a chart."""
    return {
        "kubeconfig": None,
        "helm_binary": str(helm.program),
        "helm_timeout_seconds": 60,
        "chart": chart,
        "chart_repository": None,
        "chart_version": None,
        "chart_digest": [],
        "chart_directory": str(folder),
        "request_timeout_seconds": 10,
        **changed,
    }


@pytest.fixture
def named(helm: Helm, repository: Repository, tmp_path: pathlib.Path) -> dict[str, Any]:
    """Settings for the chart of the repository."""
    kept = tmp_path / "kept"
    return settings(helm, kept, NAME, chart_repository=repository.url, chart_version=VERSION)


def kept_files(settings: dict[str, Any]) -> list[str]:
    """All that is in the folder of charts, but for locks."""
    paths = pathlib.Path(settings["chart_directory"]).rglob("*")
    return [path.name for path in paths if path.is_file() and path.name != ".lock"]


def test_a_repository_is_asked_once(
    named: dict[str, Any], repository: Repository, archives: dict[str, pathlib.Path]
) -> None:
    chart = _core.chart(named, None)
    assert chart["digest"] == digest(archives[VERSION]) == digest(pathlib.Path(chart["path"]))
    assert pathlib.Path(chart["path"]).name == f"{NAME}-{VERSION}-{chart['digest']}.tgz"
    repository.stop()
    assert _core.chart(named, None) == chart
    assert len(repository.archives) == 1


def test_a_registry_is_asked_once(
    helm: Helm, archives: dict[str, pathlib.Path], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    with registry(tmp_path) as (address, trusted):
        run(helm.program, "push", archives[VERSION], f"oci://{address}/charts", "--ca-file", trusted)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        reference = f"oci://{address}/charts/{NAME}"
        pulled = settings(helm, tmp_path / "kept", reference, chart_version=VERSION)
        chart = _core.chart(pulled, None)
    assert chart["digest"] == digest(archives[VERSION])
    assert _core.chart(pulled, None) == chart


def test_a_template_asks_for_another_version(
    named: dict[str, Any], archives: dict[str, pathlib.Path]
) -> None:
    assert _core.chart(named, OTHER)["digest"] == digest(archives[OTHER])
    assert _core.chart(named, None)["digest"] == digest(archives[VERSION])


def test_only_what_is_pinned_is_used(named: dict[str, Any], archives: dict[str, pathlib.Path]) -> None:
    wrong = "0" * 64
    with pytest.raises(_core.HelmError, match=f"has the digest {digest(archives[VERSION])}, and .* {wrong}"):
        _core.chart({**named, "chart_digest": [wrong]}, None)
    assert kept_files(named) == []
    pinned = {**named, "chart_digest": [digest(archives[VERSION]), digest(archives[OTHER])]}
    assert _core.chart(pinned, None) == _core.chart(named, None)
    assert _core.chart(pinned, OTHER)["digest"] == digest(archives[OTHER])
    with pytest.raises(_core.HelmError, match="chart_digest allows"):
        _core.chart({**named, "chart_digest": [wrong]}, None)


def test_what_is_damaged_on_disk_is_pulled_again(named: dict[str, Any], repository: Repository) -> None:
    chart = _core.chart(named, None)
    pathlib.Path(chart["path"]).write_bytes(b"half of it")
    assert _core.chart(named, None) == chart
    assert digest(pathlib.Path(chart["path"])) == chart["digest"]
    assert len(repository.archives) == 1 + 1


def test_two_repositories_may_call_different_charts_alike(
    named: dict[str, Any], helm: Helm, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "other"
    run(helm.program, "create", tmp_path / NAME)
    run(helm.program, "package", tmp_path / NAME, "--version", VERSION, "--destination", folder)
    run(helm.program, "repo", "index", folder)
    other = Repository(folder)
    chart = _core.chart({**named, "chart_repository": other.url}, None)
    other.stop()
    assert chart["digest"] != _core.chart(named, None)["digest"]


def test_conductors_that_start_side_by_side_pull_once(named: dict[str, Any], repository: Repository) -> None:
    command = [sys.executable, "-c", CONDUCTOR, json.dumps(named)]
    conductors = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    charts = {conductor.communicate()[0] for conductor in conductors}
    assert [conductor.returncode for conductor in conductors] == [0] * 4
    assert len(charts) == 1
    assert len(repository.archives) == 1
    assert kept_files(named) == [pathlib.Path(json.loads(charts.pop())["path"]).name]


def children(process: int) -> list[int]:
    """The processes that a process has started and that run."""
    tasks = pathlib.Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def wait_until(true: Any) -> None:
    """Look until it is so."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it never came true")


def test_a_killed_conductor_takes_helm_with_it_and_leaves_nothing_that_disturbs(
    named: dict[str, Any], repository: Repository
) -> None:
    repository.silent.set()
    conductor = subprocess.Popen([sys.executable, "-c", CONDUCTOR, json.dumps(named)])
    wait_until(lambda: repository.archives)
    (helm,) = children(conductor.pid)
    conductor.send_signal(signal.SIGKILL)
    conductor.wait()
    wait_until(lambda: not pathlib.Path(f"/proc/{helm}").exists())
    assert kept_files(named) == []
    repository.silent.clear()
    assert pathlib.Path(_core.chart(named, None)["path"]).is_file()


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"chart_version": "9.9.9"}, "helm-failed", "could not pull the cluster chart: .*9.9.9"),
        ({"chart_version": None}, "chart", "chart_version does not say which version"),
        ({"chart_version": ">=1.0.0"}, "chart", "not one version"),
        ({"chart_repository": "http://127.0.0.1:9"}, "helm-failed", "connection refused"),
        ({"helm_binary": "/nonexistent"}, "helm-missing", "Helm cannot be started as /nonexistent"),
    ],
)
def test_what_cannot_be_pulled_is_told(
    named: dict[str, Any], changed: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(_core.HelmError, match=words) as refused:
        _core.chart({**named, **changed}, None)
    assert refused.value.code == code
    assert kept_files(named) == []


def test_a_chart_on_this_host_is_used_where_it_is(
    helm: Helm, archives: dict[str, pathlib.Path], tmp_path: pathlib.Path
) -> None:
    archive = archives[VERSION]
    here = settings(helm, tmp_path / "kept", str(archive), chart_digest=[digest(archive)])
    assert _core.chart(here, None) == {"path": str(archive), "digest": digest(archive)}
    folder = {**here, "chart": str(CHART)}
    with pytest.raises(_core.HelmError, match="is a directory, and chart_digest pins archives only"):
        _core.chart(folder, None)
    assert _core.chart({**folder, "chart_digest": []}, None)["path"] == str(CHART)


def test_the_embedded_chart_is_unpacked_whole_and_has_the_digest_of_its_source(
    helm: Helm, tmp_path: pathlib.Path
) -> None:
    embedded = _core.chart(settings(helm, tmp_path / "kept", "embedded"), None)
    source = _core.chart(settings(helm, tmp_path / "kept", str(CHART)), None)
    assert embedded["digest"] == source["digest"]
    assert os.listdir(tmp_path / "kept") == [pathlib.Path(embedded["path"]).name]
