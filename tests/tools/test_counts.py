# SPDX-License-Identifier: Apache-2.0
"""What the runners print is counted."""

from chores import counts
from chores.counts import Counts


def test_each_program_of_cargo_counts() -> None:
    output = (
        "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n"
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n"
    )
    assert counts.of_cargo(output) == Counts(passed=14, failed=1, skipped=1)


def test_pytest_counts_what_could_not_be_set_up_as_failed() -> None:
    output = "FAILED a.py::b - 7 failed in 1s\n==== 2 failed, 3 passed, 1 skipped, 1 error in 3.20s ====\n"
    assert counts.of_pytest(output) == Counts(passed=3, failed=3, skipped=1)


def test_a_quiet_pytest_has_no_frame() -> None:
    assert counts.of_pytest("50 passed, 4 warnings in 61.81s (0:01:01)\n") == Counts(passed=50)


def test_parts_of_a_go_test_are_no_tests() -> None:
    verdicts = (
        "--- PASS: TestA (0.00s)",
        "    --- PASS: TestA/part (0.00s)",
        "--- FAIL: TestB (0.1s)",
        "--- SKIP: TestC (0.0s)",
    )
    output = "\n".join(verdicts)
    assert counts.of_go(output) == Counts(passed=1, failed=1, skipped=1)


def test_a_runner_that_says_nothing_has_run_nothing() -> None:
    assert {counts.of_cargo(""), counts.of_pytest("no tests ran in 0.01s"), counts.of_go("")} == {Counts()}
