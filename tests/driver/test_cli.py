# SPDX-License-Identifier: Apache-2.0
"""The command line, as a person runs it."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from magnum_capi_rdma import cli, core

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "rdma-cluster.json"
FIXTURES = sorted((ROOT / "tests" / "fixtures" / "requests").glob("*.json"))
OVERRIDES = ROOT / "tests" / "fixtures" / "overrides"
PROGRAM = Path(sys.executable).parent / "magnum-capi-rdma"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process."""

    def run(*arguments: Any, stdin: str = "") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def observed() -> dict[str, Any]:
    """A cluster on its way, as ``kubectl get`` prints it."""

    def item(kind: str, name: str, **rest: Any) -> dict[str, Any]:
        return {
            "kind": kind,
            "metadata": {"name": name, "namespace": "magnum-demo", **rest.pop("metadata", {})},
            **rest,
        }

    created = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    return {
        "kind": "List",
        "items": [
            item("Cluster", "research-abc", metadata=created),
            item(
                "KubeadmControlPlane",
                "research-abc-control-plane",
                spec={"replicas": 1},
                metadata={"labels": {"cluster.x-k8s.io/cluster-name": "research-abc"}},
            ),
            item(
                "MachineDeployment",
                "research-abc-default-worker",
                spec={"replicas": 2, "clusterName": "research-abc"},
            ),
        ],
    }


def test_it_works_without_magnum() -> None:
    script = """
import sys
sys.modules["magnum"] = None
from magnum_capi_rdma.cli import main
main(["labels", "-o", "json"])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "rdma_network" in {row["name"] for row in json.loads(done.stdout)}


def test_it_is_a_program() -> None:
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout == f"magnum-capi-rdma {core.version()}\n"


def test_output_that_nobody_reads_to_its_end() -> None:
    with subprocess.Popen([PROGRAM, "labels"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        # Other packages may warn of themselves there.
        assert b"BrokenPipe" not in process.stderr.read()


def test_labels_for_a_person(run: Run) -> None:
    done = run("labels")

    assert done.returncode == 0
    assert "rdma_network\n    RDMA networks" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def patched(target: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): each fixture is one over the example."""
    if not isinstance(patch, dict):
        return patch
    merged = {**target} if isinstance(target, dict) else {}
    for key, change in patch.items():
        merged[key] = patched(merged.get(key), change)
    return {key: value for key, value in merged.items() if value is not None}


def test_values_of_the_example(run: Run) -> None:
    as_yaml = run("values", "--request", EXAMPLE)
    as_json = run("values", "--request", EXAMPLE, "-o", "json")

    assert as_yaml.returncode == as_json.returncode == 0, as_yaml.stderr
    assert yaml.safe_load(as_yaml.stdout) == json.loads(as_json.stdout)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_values_are_the_golden_ones(run: Run, fixture: Path) -> None:
    request = patched(json.loads(EXAMPLE.read_text()), json.loads(fixture.read_text()))

    done = run("values", "--request", "-", "--values-directory", OVERRIDES, stdin=yaml.safe_dump(request))

    golden = ROOT / "tests" / "golden" / "values" / f"{fixture.stem}.yaml"
    assert yaml.safe_load(done.stdout) == yaml.safe_load(golden.read_text()), done.stderr


def test_every_problem_is_told(run: Run) -> None:
    request = json.loads(EXAMPLE.read_text())
    request["cluster"]["labels"] = {"rdma_netwrok": "x", "rdma_mtu": "huge"}

    for_a_person = run("values", "--request", "-", stdin=json.dumps(request))
    for_a_program = run("values", "--request", "-", "-o", "json", stdin=json.dumps(request))

    assert for_a_person.returncode == for_a_program.returncode == 2
    assert for_a_person.stdout == for_a_program.stdout == ""
    assert re.match(r"magnum-capi-rdma: \d+ problems:\n  \S+: ", for_a_person.stderr)
    problems = json.loads(for_a_program.stderr)["problems"]
    assert {problem["path"] for problem in problems} >= {
        "cluster.labels.rdma_netwrok",
        "cluster.labels.rdma_mtu",
    }
    assert all(problem["code"] and problem["remedy"] for problem in problems)


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["values", "--request", "/no/such/file"], "", "/no/such/file cannot be read: "),
        (["values", "--request", "-"], "[1, 2]", "Standard input must hold a mapping, not a list."),
        (["values", "--request", "-"], "{", "Standard input is neither JSON nor YAML: "),
        (["values", "--request", "-"], "a: [", "Standard input is neither JSON nor YAML: "),
        (["values", "--request", "-"], "{}", "cluster"),
        (["values"], "", "the following arguments are required: --request"),
        (["status", "--observed", "-"], "{}", "neither 'items', as kubectl prints them, nor 'objects'"),
        (["status", "--observed", "-", "--now", "noon"], "objects: []", "now"),
        (["status", "--observed", "-", "--operation", "crate"], "objects: []", "crate cannot be read: "),
        (["status", "--observed", "-"], "objects: 7", "objects"),
        (["frobnicate"], "", "invalid choice"),
    ],
)
def test_bad_input_is_refused_without_a_traceback(
    run: Run, arguments: list[str], stdin: str, said: str
) -> None:
    done = run(*arguments, stdin=stdin)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_status_of_what_kubectl_prints(run: Run, observed: dict[str, Any]) -> None:
    done = run(
        "status", "--observed", "-", "--operation", "create", "--now", "2026-01-01T00:01:00Z", "-o", "json",
        stdin=yaml.safe_dump(observed),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == "CREATE_IN_PROGRESS"
    assert [(group["name"], group["status"]) for group in report["node_groups"]] == [
        ("default-master", "CREATE_IN_PROGRESS"),
        ("default-worker", "CREATE_IN_PROGRESS"),
    ]


def test_the_status_with_times_that_yaml_takes_for_dates(run: Run, observed: dict[str, Any]) -> None:
    unquoted = yaml.safe_dump(observed).replace("'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00Z")

    done = run("status", "--observed", "-", stdin=unquoted)

    assert done.returncode == 0, done.stderr
    assert "creationTimestamp: 2026-01-01T00:00:00Z" in unquoted


def test_the_end_of_a_delete(run: Run) -> None:
    document = {"objects": [], "operation": {"kind": "delete", "release": "research-abc"}}

    done = run("status", "--observed", "-", "-o", "json", stdin=json.dumps(document))

    report = json.loads(done.stdout)
    assert (report["status"], report["gone"]) == ("DELETE_COMPLETE", True)


def test_a_limit_in_an_operation_of_its_own(run: Run, observed: dict[str, Any], tmp_path: Path) -> None:
    operation = {
        "kind": "create",
        "release": "research-abc",
        "namespace": "magnum-demo",
        "started_at": "2026-01-01T00:00:00Z",
        "timeout_minutes": 5,
    }
    (tmp_path / "operation.json").write_text(json.dumps(operation))

    how = ("--operation", tmp_path / "operation.json", "--now", "2026-01-01T00:06:00Z")
    done = run("status", "--observed", "-", *how, stdin=json.dumps(observed))

    report = yaml.safe_load(done.stdout)
    assert report["status"] == "CREATE_FAILED"
    assert report["status_reason"].startswith("Not ready after 5 minutes.")


def test_a_server_fault_explains_a_machine(run: Run, observed: dict[str, Any]) -> None:
    machine = {
        "kind": "OpenStackMachine",
        "metadata": {
            "name": "research-abc-default-worker-x",
            "namespace": "magnum-demo",
            "labels": {
                "cluster.x-k8s.io/cluster-name": "research-abc",
                "cluster.x-k8s.io/deployment-name": "research-abc-default-worker",
            },
        },
        "status": {
            "instanceID": "1111",
            "conditions": [
                {
                    "type": "InstanceReady",
                    "status": "False",
                    "reason": "InstanceStateError",
                    "message": "Instance is in ERROR state",
                }
            ],
        },
    }
    objects = [*observed["items"], machine]
    asked = {"objects": objects}
    answered = {"objects": objects, "server_faults": {"1111": "No valid host was found."}}

    first = json.loads(run("status", "--observed", "-", "-o", "json", stdin=json.dumps(asked)).stdout)
    second = json.loads(run("status", "--observed", "-", "-o", "json", stdin=json.dumps(answered)).stdout)

    assert first["wanted_server_faults"] == ["1111"]
    assert second["wanted_server_faults"] == []
    assert second["status"] == "CREATE_FAILED"
    assert "virtual function" in second["status_reason"]


def test_one_of_several_clusters_is_chosen(run: Run, observed: dict[str, Any]) -> None:
    other = {"kind": "Cluster", "metadata": {"name": "other-def", "namespace": "magnum-demo"}}
    text = json.dumps({"items": [*observed["items"], other]})

    unclear, chosen = (
        run("status", "--observed", "-", stdin=text),
        run("status", "--observed", "-", "--release", "research-abc", stdin=text),
    )

    assert unclear.returncode == 2
    assert "Choose one with --release: other-def, research-abc." in unclear.stderr
    assert chosen.returncode == 0


def test_a_sites_own_values_are_checked(run: Run, tmp_path: Path) -> None:
    assert run("overrides", "check", "--directory", OVERRIDES).stdout == (
        f"The values in {OVERRIDES} can be used.\n"
    )
    (tmp_path / "site.yaml").write_text("proxy:\n  noProxy: {{ cluster.network.node_rnage }}\n")
    (tmp_path / "gpu").mkdir()
    (tmp_path / "gpu" / "list.yaml").write_text("- 1\n")

    for_a_person = run("overrides", "check", "--directory", tmp_path)
    for_a_program = run("overrides", "check", "--directory", tmp_path, "-o", "json")

    assert for_a_person.returncode == for_a_program.returncode == 2
    assert for_a_person.stdout.splitlines() == [
        f"2 defects in {tmp_path}:",
        f"  {tmp_path}/site.yaml:2: there is no node_rnage in cluster.network.node_rnage",
        f"  {tmp_path}/gpu/list.yaml: it makes no map of values (for a cluster such as rdma-cluster)",
    ]
    defects = json.loads(for_a_program.stdout)["defects"]
    assert [defect["line"] for defect in defects] == [2, None]


def test_the_values_that_magnum_conf_names_are_checked(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "magnum.conf"
    path.write_text(f"[capi_rdma]\nvalues_directory = {tmp_path / 'nowhere'}\n")

    done = run("overrides", "check", "--config-file", path)

    assert done.returncode == 2
    assert done.stdout.startswith(f"1 defect in {tmp_path}/nowhere:\n")
    assert f"{tmp_path}/nowhere: it cannot be read" in done.stdout
    assert run("overrides", "check", "--config-file", tmp_path / "missing").returncode == 2
