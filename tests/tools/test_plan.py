# SPDX-License-Identifier: Apache-2.0
"""Steps are taken in order, side by side where they may, and not at all where they cannot."""

import sys
from pathlib import Path

import pytest
from chores import plan
from chores.counts import Counts
from chores.plan import Outcome, Plan, Step


@pytest.fixture(autouse=True)
def _logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "LOGS", tmp_path)


def python(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", code


def verdicts(steps: list[Step]) -> dict[str, str]:
    return {outcome.step.title: outcome.verdict for outcome in Plan(steps).carry_out()}


def test_a_step_waits_for_what_it_needs(tmp_path: Path) -> None:
    first = Step("first", python(f"import time; time.sleep(0.5); open({str(tmp_path / 'made')!r}, 'w')"))
    second = Step("second", python(f"open({str(tmp_path / 'made')!r})"), needs=("first",))
    assert verdicts([second, first]) == {"first": "ok", "second": "ok"}


def test_what_needs_a_failed_step_is_not_run_and_neither_is_what_needs_that() -> None:
    steps = [
        Step("broken", python("raise SystemExit(3)")),
        Step("next", python(""), needs=("broken",)),
        Step("last", python(""), needs=("next",)),
        Step("other", python("")),
    ]
    expected = {"broken": "FAILED", "next": "not run: broken", "last": "not run: next", "other": "ok"}
    assert verdicts(steps) == expected


def test_steps_that_may_not_meet_do_not(tmp_path: Path) -> None:
    lock = str(tmp_path / "lock")
    code = f"import os, time; os.mkdir({lock!r}); time.sleep(0.3); os.rmdir({lock!r})"
    steps = [Step(f"step {number}", python(code), uses="compiler") for number in range(3)]
    assert set(verdicts(steps).values()) == {"ok"}


def test_a_step_that_fails_without_a_failed_test_counts_as_one() -> None:
    step = Step("broken", python("raise SystemExit(1)"), counts=lambda _output: Counts(passed=2))
    (outcome,) = Plan([step]).carry_out()
    assert outcome.counts == Counts(passed=2, failed=1)


def test_the_output_of_a_failed_step_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Plan([Step("broken", python("print('why it broke'); raise SystemExit(1)"))]).carry_out()
    assert "why it broke" in capsys.readouterr().out


def test_the_table_has_a_line_for_each_step() -> None:
    outcomes = [
        Outcome(Step("one", (), counts=lambda _output: Counts()), "ok", 61.2, Counts(passed=7)),
        Outcome(Step("two", ()), "FAILED"),
    ]
    lines = plan.table(outcomes).splitlines()
    assert lines[1].split() == ["one", "7", "0", "0", "61", "s", "ok"]
    assert lines[2].split() == ["two", "0", "s", "FAILED"]
