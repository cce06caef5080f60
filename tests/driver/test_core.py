# SPDX-License-Identifier: Apache-2.0
"""Around the native module: settings, log records, eventlet, forks."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import MagnumConf

from magnum_capi_rdma import conf, core, gather

OPERATION = {
    "kind": "create",
    "uuid": "0a1b2c3d-0000-4000-8000-000000000000",
    "release": "research-abcdefghijkl",
    "namespace": "magnum-demo",
    "started_at": "2026-01-01T00:00:00Z",
    "timeout_minutes": 60,
    "node_groups": [],
}

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: management
clusters: [{name: management, cluster: {server: "%s"}}]
contexts: [{name: management, context: {cluster: management, user: magnum}}]
users: [{name: magnum, user: {}}]
"""

# A management cluster that takes connections and says nothing.
SILENT_CLUSTER = f"""
import os, socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen()
with open(sys.argv[1], "w") as kubeconfig:
    kubeconfig.write({KUBECONFIG!r} % ("http://127.0.0.1:%d" % listening.getsockname()[1]))
from oslo_config import cfg
from magnum_capi_rdma import conf, core
conf.group(cfg.CONF)
cfg.CONF([], default_config_files=[])
cfg.CONF.set_override("kubeconfig_file", sys.argv[1], "capi_rdma")
cfg.CONF.set_override("request_timeout", 1, "capi_rdma")
def observe():
    try:
        core.observe({OPERATION!r}, {{}})
    except core.ManagementClusterError:
        return "unreachable"
"""


def run(script: str, kubeconfig: Path) -> str:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(kubeconfig)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def test_settings_of_magnum_conf(magnum_conf: MagnumConf, tmp_path: Path) -> None:
    magnum_conf.add(
        {
            "capi_rdma": {
                "kubeconfig_file": "/etc/magnum/kubeconfig",
                "helm_binary": "/usr/local/bin/helm",
                "helm_timeout": 600,
                "chart": "openstack-cluster",
                "chart_repository": "https://azimuth-cloud.github.io/capi-helm-charts",
                "chart_version": "0.19.0",
                "values_directory": "/etc/magnum/values",
                "chart_digest": f"{'a' * 64},{'b' * 64}",
            }
        }
    )

    assert core.settings() == {
        "kubeconfig": "/etc/magnum/kubeconfig",
        "helm_binary": "/usr/local/bin/helm",
        "helm_timeout_seconds": 600,
        "chart": "openstack-cluster",
        "chart_repository": "https://azimuth-cloud.github.io/capi-helm-charts",
        "chart_version": "0.19.0",
        "chart_digest": ["a" * 64, "b" * 64],
        "chart_directory": str(tmp_path / "chart"),
        "values_directory": "/etc/magnum/values",
        "request_timeout_seconds": 30,
    }


def test_the_chart_directory_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/var/lib/magnum")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert conf.chart_directory(None) == "/var/lib/magnum/.cache/magnum-capi-rdma/charts"
    monkeypatch.setenv("XDG_CACHE_HOME", "/srv/cache")
    assert conf.chart_directory(None) == "/srv/cache/magnum-capi-rdma/charts"
    assert conf.chart_directory("/etc/charts") == "/etc/charts"


def test_oslo_finds_the_options() -> None:
    generated = subprocess.run(
        [Path(sys.executable).parent / "oslo-config-generator", "--namespace", "magnum_capi_rdma"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "[capi_rdma]" in generated
    for option in conf.OPTIONS:
        assert f"#{option.name} =" in generated, option.name
        assert option.help.endswith("."), option.name


def test_a_field_of_the_wrong_type_is_named(cluster: Any) -> None:
    request = gather.request_without_answers(cluster)
    request["node_groups"][1]["node_count"] = "three"

    with pytest.raises(core.InvalidRequest, match=r"node_groups\[1\]\.node_count"):
        core.validate(request)


def test_native_log_records_reach_the_callers_log(
    tmp_path: Path, magnum_conf: MagnumConf, caplog: pytest.LogCaptureFixture
) -> None:
    # The watch logs that it cannot list; the call itself fails, and the records come all the same.
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG % "http://127.0.0.1:9")
    magnum_conf.add({"capi_rdma": {"kubeconfig_file": kubeconfig, "request_timeout": 1}})

    with caplog.at_level(logging.DEBUG), pytest.raises(core.ManagementClusterError):
        core.observe(OPERATION, {})  # type: ignore[arg-type]

    assert any(record.name.startswith("magnum_capi_rdma.") for record in caplog.records)


def test_other_green_threads_go_on_while_the_core_waits(tmp_path: Path) -> None:
    script = f"""
import eventlet
eventlet.monkey_patch()
{SILENT_CLUSTER}
ticks = 0
def tick():
    global ticks
    while True:
        eventlet.sleep(0.01)
        ticks += 1
eventlet.spawn(tick)
print(observe(), ticks > 10)
"""

    assert run(script, tmp_path / "kubeconfig").split() == ["unreachable", "True"]


@pytest.mark.parametrize("eventlet", [True, False])
def test_the_core_works_in_a_process_forked_after_it_was_used(tmp_path: Path, eventlet: bool) -> None:
    script = f"""
if {eventlet}:
    import eventlet
    eventlet.monkey_patch()
{SILENT_CLUSTER}
import sys
print("parent", observe(), flush=True)
child = os.fork()
if not child:
    if {eventlet}:
        eventlet.hubs.use_hub()  # as oslo.service does
    print("child", observe(), flush=True)
    os._exit(0)
_, status = os.waitpid(child, 0)
print("status", status)
print("parent", observe())
"""

    assert run(script, tmp_path / "kubeconfig").split() == [
        *("parent", "unreachable"),
        *("child", "unreachable"),
        *("status", "0"),
        *("parent", "unreachable"),
    ]


def test_look_ups_run_side_by_side_under_eventlet(tmp_path: Path) -> None:
    script = f"""
import eventlet
eventlet.monkey_patch()
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import cloud_server
from keystoneauth1 import session, token_endpoint
from keystoneauth1.access import access
from keystoneauth1.identity import access as access_plugin
from openstack.connection import Connection
from magnum_capi_rdma import lookups
with cloud_server.serving() as cloud:
    cloud.images = [{{"id": "1", "name": "ubuntu"}}]
    plugin = access_plugin.AccessInfoPlugin(access.create(body=cloud.token(["member"]), auth_token="a-token"))
    wanted = [{{"kind": "image", "reference": "ubuntu"}}] * 20
    answers = lookups.answers(Connection(session=session.Session(auth=plugin)), wanted)
    print(sum(len(answer["matches"]) for answer in answers))
"""

    assert run(script, tmp_path / "unused").split() == ["20"]
