# SPDX-License-Identifier: Apache-2.0
"""Runs commands to their end, and shows that they are still at it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onehost.errors import StackError
from onehost.progress import AbandonedError, Progress

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Job:
    """A command that comes to an end, its output in a log.

    A job that may be cut off is ended when `stack` gives up. Others, such as the migration of a database,
    would leave something half-made behind, and are waited for.
    """

    title: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    may_be_cut_off: bool = False


def run(job: Job, progress: Progress) -> None:
    """Run a job; if it fails, the error shows the end of its log."""
    if progress.abandoned:
        raise AbandonedError(job.title)
    job.log.parent.mkdir(parents=True, exist_ok=True)
    with job.log.open("wb") as output, progress.wait(job.title) as wait:
        process = subprocess.Popen(
            job.command,
            env=job.environment,
            cwd=job.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while _is_running(process):
                if job.may_be_cut_off:
                    wait.nudge()
                else:
                    wait.insist()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
    if process.returncode != 0:
        raise StackError(
            f"{job.title} failed: `{job.command[0]} …` ended with {process.returncode}.", job.log
        )


def answer(title: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> str:
    """Run a short command and return what it prints."""
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{title} failed: {done.stderr.strip() or done.returncode}")
    return done.stdout


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(timeout=POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False
