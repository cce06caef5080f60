# SPDX-License-Identifier: Apache-2.0
"""Tells the person who waits what is going on: elapsed seconds, one line for each thing done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_SECONDS = 15.0


class AbandonedError(Exception):
    """A wait was given up because something else failed or the person interrupted the command."""


class Progress:
    """Lines such as `[  12.3 s] keystone is ready`, and the waits of one command, from several threads."""

    def __init__(self) -> None:
        self._began = self._last_line = time.monotonic()
        self._lock = threading.Lock()
        self._waits: list[Wait] = []
        self._abandoned = threading.Event()

    def say(self, text: str) -> None:
        """One line."""
        with self._lock:
            self._print(text)

    def abandon(self) -> None:
        """End all waits that may be ended."""
        self._abandoned.set()

    @property
    def abandoned(self) -> bool:
        """Whether the command has been given up."""
        return self._abandoned.is_set()

    @contextmanager
    def wait(self, text: str) -> Iterator[Wait]:
        """A wait to be nudged in its loop; after fifteen quiet seconds a line lists all waits."""
        wait = Wait(self, text)
        with self._lock:
            self._waits.append(wait)
        try:
            yield wait
        finally:
            with self._lock:
                self._waits.remove(wait)

    def remind(self) -> None:
        """Say that the command is alive, if it has been quiet for a while."""
        with self._lock:
            if time.monotonic() - self._last_line >= QUIET_SECONDS:
                self._print("… " + ", ".join(f"{wait.text} ({wait.seconds():.0f} s)" for wait in self._waits))

    def _print(self, text: str) -> None:
        self._last_line = time.monotonic()
        print(f"[{self._last_line - self._began:6.1f} s] {text}", file=sys.stderr, flush=True)


class Wait:
    """Something that takes time."""

    def __init__(self, progress: Progress, text: str) -> None:
        self.text = text
        self._progress = progress
        self._began = time.monotonic()

    def seconds(self) -> float:
        """How long it has lasted."""
        return time.monotonic() - self._began

    def nudge(self) -> None:
        """Called again and again while waiting; raises AbandonedError when there is nothing to wait for."""
        if self._progress.abandoned:
            raise AbandonedError(self.text)
        self._progress.remind()

    def insist(self) -> None:
        """The same for what must not be cut off: it is waited for in any case."""
        self._progress.remind()
