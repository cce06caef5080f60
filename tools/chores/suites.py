# SPDX-License-Identifier: Apache-2.0
"""The steps of `make test`, and those that both tests and checks need first."""

import sys

from chores import counts, environment, programs
from chores.places import DIST, GO_FLAGS, PROVIDER_MODULE, PYTHON, ROOT, STACK, path_with
from chores.plan import Step

CHORE = (sys.executable, str(ROOT / "tools" / "chore"))
PYTEST = (str(PYTHON), "-m", "pytest")


def preparations(*, everything: bool) -> list[Step]:
    """What must be installed and built first; everything, or what the checks need."""
    steps = [
        Step("python environment", (*CHORE, "environment"), uses="uv"),
        Step("stack programs", (str(STACK), "build"), uses="go"),
        Step("wheel", (*CHORE, "install"), ("python environment",), uses="cargo"),
        Step("helm", (*CHORE, "helm"), ("stack programs",), uses="go"),
        Step("shellcheck program", (*CHORE, "debian-package", "shellcheck")),
    ]
    if everything:
        return [*steps, Step("peer environment", (*CHORE, "peer"), uses="uv")]
    without_stack = Step("helm", (*CHORE, "helm"), uses="go")
    return [
        without_stack if step.title == "helm" else step for step in steps if step.title != "stack programs"
    ]


def steps() -> list[Step]:
    """Every suite. The end-to-end test has the machine for itself."""
    return [
        Step("rust tests", ("cargo", "test", "--locked", "--no-default-features"), uses="cargo",
             counts=counts.of_cargo),
        Step("driver tests", (*PYTEST, "tests/driver"), ("wheel",), counts=counts.of_pytest),
        Step("parity tests", (*PYTEST, "tests/parity"), ("wheel", "peer environment"),
             counts=counts.of_pytest),
        *_older_releases(),
        Step("watch tests", (*PYTEST, "tests/management"), ("wheel", "stack programs"),
             counts=counts.of_pytest),
        Step("chart tests", (*PYTEST, "tests/charts"), ("helm", "wheel"),
             environment={"PATH": path_with(programs.helm_folders())}, counts=counts.of_pytest),
        Step("provider tests", ("go", "test", "-v", "./provider/..."), ("stack programs",), uses="go",
             folder=PROVIDER_MODULE, environment=GO_FLAGS, counts=counts.of_go),
        Step("tools tests", (*PYTEST, "tests/tools"), ("python environment",), counts=counts.of_pytest),
        Step("stack tests", (*PYTEST, "tests/stack"), ("python environment",), counts=counts.of_pytest),
        Step("end-to-end tests", (*PYTEST, "-v", "tests/e2e"), ("wheel", "stack programs"), alone=True,
             environment={"MAGNUM_CAPI_RDMA_DIST": str(DIST), "PYTHONUNBUFFERED": "1"},
             counts=counts.of_pytest),
    ]  # fmt: skip


def _older_releases() -> list[Step]:
    return [
        Step(f"driver tests, Magnum {release}", (*CHORE, "driver-tests", release), ("wheel",),
             counts=counts.of_pytest)
        for release in environment.magnum_releases()
    ]  # fmt: skip
