# SPDX-License-Identifier: Apache-2.0
"""What a command prints, with its exit status: for commands whose answer may be a no."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """A text for standard output, and the exit status that goes with it."""

    text: str
    status: int
