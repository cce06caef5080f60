# SPDX-License-Identifier: Apache-2.0
"""The steps of `make lint`."""

import os
import sys
from pathlib import Path

from chores import programs, rules
from chores.places import GO_FLAGS, PROVIDER_MODULE, PYTHON, ROOT, VENV
from chores.plan import Step

CHORE = (sys.executable, str(ROOT / "tools" / "chore"))
CLIPPY = ("cargo", "clippy", "--locked", "--all-targets")
CHART = "charts/openstack-cluster"
# Python packages that belong to the repository's tools, and the folders they are in.
OWN_PACKAGES = {"chores": "tools", "onehost": "tests/stack", "telling": "tests/demo"}
# Templates are YAML only once they are rendered; what is rendered or generated is checked by its tests.
NO_YAML = (
    "charts/openstack-cluster/templates/",
    "helm-values/",
    "golden/",
    "tests/fixtures/overrides/",
    "tests/e2e/charts/small/templates/",
    "provider/crds/",
    "management/crds/",
)


def steps() -> list[Step]:
    """Every check."""
    return [*_of_rust(), *_of_python(), *_of_go(), *_of_texts()]


def _of_rust() -> list[Step]:
    return [
        Step("rustfmt", ("cargo", "fmt", "--check")),
        Step("clippy", (*CLIPPY, "--", "--deny", "warnings"), needs=("python environment",), uses="cargo",
             environment={"PYO3_PYTHON": str(PYTHON)}),
        Step("clippy without python", (*CLIPPY, "--no-default-features", "--", "--deny", "warnings"),
             uses="cargo"),
    ]  # fmt: skip


def _of_python() -> list[Step]:
    ruff, mypy = str(VENV / "bin" / "ruff"), (str(PYTHON), "-m", "mypy")
    stubtest = (str(PYTHON), "-m", "mypy.stubtest", "magnum_capi_rdma._core")
    needs = ("python environment",)
    packages = [argument for package in OWN_PACKAGES for argument in ("--package", package)]
    paths = {"MYPYPATH": os.pathsep.join(str(ROOT / folder) for folder in OWN_PACKAGES.values())}
    return [
        Step("ruff", (ruff, "check", "."), needs),
        Step("ruff format", (ruff, "format", "--check", "."), needs),
        Step("mypy", (*mypy, "--strict", "python"), ("wheel",), uses="mypy"),
        Step("mypy of tools", (*mypy, "--strict", *packages), needs, uses="mypy", environment=paths),
        Step("stubtest", stubtest, ("wheel",), uses="mypy"),
    ]


def _of_go() -> list[Step]:
    files = [str(path) for path in rules.tracked() if path.suffix == ".go"]
    return [
        Step(
            "gofmt",
            ("sh", "-c", 'files=$(gofmt -l "$@"); printf "%s" "$files"; [ -z "$files" ]', "gofmt", *files),
        ),
        Step("go vet", ("go", "vet", "./..."), folder=PROVIDER_MODULE, environment=GO_FLAGS, uses="go"),
    ]


def _of_texts() -> list[Step]:
    tracked = rules.tracked()
    names = {path: str(path.relative_to(ROOT)) for path in tracked}
    yaml = [
        name
        for path, name in names.items()
        if path.suffix in {".yaml", ".yml"} and not any(part in name for part in NO_YAML)
    ]
    values = sorted((ROOT / "tests" / "charts" / "values").glob("*.yaml"))
    return [
        Step(
            "shellcheck",
            ("shellcheck", *(names[path] for path in tracked if _is_shell(path))),
            ("shellcheck program",),
        ),
        Step("yamllint", (str(VENV / "bin" / "yamllint"), "--strict", *yaml), ("python environment",)),
        Step("helm lint", (str(programs.helm()), "lint", "--strict", CHART, *_values(values)), ("helm",)),
        Step("rules", (*CHORE, "rules")),
    ]


def _values(files: list[Path]) -> list[str]:
    minimal = [path for path in files if path.stem == "minimal"]
    return [argument for path in minimal for argument in ("--values", str(path))]


def _is_shell(path: Path) -> bool:
    with path.open("rb") as stream:
        first = stream.readline()
    return path.suffix == ".sh" or (first.startswith(b"#!") and first.rstrip().endswith((b"/sh", b"bash")))
