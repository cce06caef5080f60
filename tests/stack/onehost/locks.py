# SPDX-License-Identifier: Apache-2.0
"""Keeps two commands from doing the same thing at the same time."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from onehost.progress import Progress


@contextmanager
def exclusive(path: Path, progress: Progress, purpose: str) -> Iterator[None]:
    """Hold a lock file; while somebody else holds it, wait and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        with progress.wait(f"waiting until another command is done {purpose}") as wait:
            while not _is_ours(stream):
                wait.nudge()
                time.sleep(0.2)
        yield


def _is_ours(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
