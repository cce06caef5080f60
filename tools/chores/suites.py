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


# The half of the end-to-end tests that takes clusters through changes, for a stack of its own.
CHANGES = tuple(f"tests/e2e/test_{name}.py" for name in ("adopt", "chaos", "operations"))


def steps() -> list[Step]:
    """Every suite. The end-to-end tests come last, in two halves side by side, each on a stack of its own."""
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
        _end_to_end("end-to-end tests", "e2e", "tests/e2e", *(f"--ignore={test}" for test in CHANGES)),
        _end_to_end("end-to-end tests of changes", "e2e-changes", *CHANGES),
    ]  # fmt: skip


def _end_to_end(title: str, stack: str, *tests: str) -> Step:
    environment = {
        "MAGNUM_CAPI_RDMA_DIST": str(DIST),
        "MAGNUM_CAPI_RDMA_E2E_NAME": stack,
        "PYTHONUNBUFFERED": "1",
    }
    return Step(
        title,
        (*PYTEST, "-v", "--durations=15", *tests),
        ("wheel", "stack programs"),
        environment=environment,
        counts=counts.of_pytest,
    )


def _older_releases() -> list[Step]:
    return [
        Step(f"driver tests, Magnum {release}", (*CHORE, "driver-tests", release), ("wheel",),
             counts=counts.of_pytest)
        for release in environment.magnum_releases()
    ]  # fmt: skip
