# SPDX-License-Identifier: Apache-2.0
"""What the stack started is ended, all of it; what it did not start is left alone."""

import json
import os
import subprocess
import time

import pytest
from onehost.processes import MARK, clean_environment, stat

STUBBORN = "trap '' TERM; sleep 600 & echo $!; wait; sleep 600"


@pytest.fixture
def processes(stack):
    processes = stack.processes
    yield processes
    for name in processes.names():
        processes.stop(name, 0)
    processes.end_strays(0)


def start(processes, stack, command, name="service"):
    log = stack.layout.logs / f"{name}.log"
    return processes.start(name, ["/bin/sh", "-c", command], stack.environment(), log, "")


def eventually(condition):
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_stop_ends_the_whole_session_even_if_it_ignores_sigterm(processes, stack):
    record = start(processes, stack, STUBBORN)
    log = stack.layout.logs / "service.log"
    assert eventually(lambda: log.read_text().strip())
    child = int(log.read_text())
    assert processes.stop("service", 0.1)
    assert eventually(lambda: stat(record.pid) is None and stat(child) is None)
    assert processes.names() == []


def test_children_are_found_after_their_leader_has_died(processes, stack):
    record = start(processes, stack, "sleep 600 & echo $!")
    log = stack.layout.logs / "service.log"
    assert eventually(lambda: stat(record.pid) is None and log.read_text().strip())
    child = int(log.read_text())
    assert processes.running("service") is None
    assert processes.stop("service", 5)
    assert stat(child) is None


def test_a_process_that_only_has_the_same_number_is_left_alone(processes, stack):
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        record = {
            "pid": stranger.pid,
            "started": stat(stranger.pid).started - 1,
            "since": 0,
            "fingerprint": "",
        }
        (stack.layout.run / "service.json").write_text(json.dumps(record))
        assert processes.running("service") is None
        assert not processes.stop("service", 0)
        assert stat(stranger.pid) is not None
        stranger.kill()


def test_what_left_its_session_is_known_by_its_mark(processes, stack):
    start(processes, stack, "setsid sleep 600 & exec sleep 600")
    assert eventually(lambda: len(marked(stack)) == 2)
    processes.stop("service", 5)
    assert processes.end_strays(5) == ["sleep"]
    assert marked(stack) == []


def marked(stack):
    mark = f"{MARK}={stack.layout.root}".encode()
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environment:
                if mark in environment.read().split(b"\0") and stat(int(pid)):
                    found.append(int(pid))
        except OSError:
            continue
    return found


def test_a_service_inherits_nothing_that_would_change_what_it_does(monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = clean_environment(tmp_path, [], {"HELLO": "world"})
    assert "REQUESTS_CA_BUNDLE" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["HELLO"] == "world"
