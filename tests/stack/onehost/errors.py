# SPDX-License-Identifier: Apache-2.0
"""The one exception that the stack shows to a person."""

from __future__ import annotations

from collections import deque
from pathlib import Path

TAIL_LINES = 25


class StackError(Exception):
    """Something went wrong; the message says what, and what to do about it."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log

    def __str__(self) -> str:
        message = super().__str__()
        if self.log is None or not self.log.exists():
            return message
        return f"{message}\n--- the end of {self.log}\n{tail(self.log, TAIL_LINES)}---"


def tail(log: Path, lines: int) -> str:
    """The last lines of a log."""
    with log.open(errors="replace") as stream:
        return "".join(deque(stream, maxlen=lines))
