# SPDX-License-Identifier: Apache-2.0
"""Waiting for native code where eventlet runs (Magnum 20 to 22), without stopping other green threads."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")

PAUSE = 0.01  # seconds between two looks at whether the native code is done


def wait(function: Callable[[], Result]) -> Result:
    """Call a function that may take long, and let other threads go on, green or not.

    The thread is one of the system's, made for this call: the pool of ``eventlet.tpool`` does not survive a
    fork, and a conductor forks workers at any time.
    """
    eventlet = _running_eventlet()
    if eventlet is None:
        return function()
    results: list[Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(function())
        except BaseException as error:  # raised again in the caller's thread
            errors.append(error)

    thread = eventlet.patcher.original("threading").Thread(target=work, daemon=True)
    thread.start()
    while thread.is_alive():
        eventlet.sleep(PAUSE)
    for error in errors:
        raise error
    return results[0]


def _running_eventlet() -> Any:
    """The module, if this process's threads are eventlet's; it may be loaded without being in use."""
    eventlet = sys.modules.get("eventlet")
    if eventlet is None or not eventlet.patcher.is_monkey_patched("thread"):
        return None
    return eventlet
