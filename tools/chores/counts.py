# SPDX-License-Identifier: Apache-2.0
"""How many tests a runner says that it ran."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """Tests by how they ended."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


Reader = Callable[[str], Counts]


def of_cargo(output: str) -> Counts:
    """From the `test result:` lines of `cargo test`, one for each test program."""
    lines = re.findall(r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored;", output, re.MULTILINE)
    return sum((Counts(*map(int, line)) for line in lines), Counts())


def of_pytest(output: str) -> Counts:
    """From the closing line of pytest; what could not even be set up has failed."""
    closing = re.findall(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s", output, re.MULTILINE)
    found = dict(reversed(pair) for pair in re.findall(r"(\d+) (\w+)", closing[-1])) if closing else {}
    number = {word: int(count) for word, count in found.items()}
    failed = number.get("failed", 0) + number.get("error", 0) + number.get("errors", 0)
    return Counts(number.get("passed", 0) + number.get("xfailed", 0), failed, number.get("skipped", 0))


def of_go(output: str) -> Counts:
    """From the verdicts of `go test -v`, of tests and not of their parts."""
    verdicts = re.findall(r"^--- (PASS|FAIL|SKIP): ", output, re.MULTILINE)
    return Counts(verdicts.count("PASS"), verdicts.count("FAIL"), verdicts.count("SKIP"))
