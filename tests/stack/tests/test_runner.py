# SPDX-License-Identifier: Apache-2.0
"""Steps are taken in the order of what they need, and a failure ends it."""

import pytest
from onehost.errors import StackError
from onehost.ports import holder, is_free
from onehost.progress import AbandonedError, Progress
from onehost.runner import in_order
from onehost.steps import Service, Task, services_needed

DIAMOND = {"bottom": (), "left": ("bottom",), "right": ("bottom",), "top": ("left", "right")}


def refuse(_name):
    raise StackError("it is broken")


def test_every_step_comes_after_what_it_needs():
    taken = []
    in_order(DIAMOND, taken.append, Progress())
    assert taken[0] == "bottom"
    assert taken[-1] == "top"
    assert sorted(taken) == sorted(DIAMOND)


def test_after_a_failure_nothing_that_needs_it_is_begun():
    taken = []

    def act(name):
        taken.append(name)
        if name == "left":
            refuse(name)

    with pytest.raises(StackError, match="it is broken"):
        in_order(DIAMOND, act, Progress())
    assert "top" not in taken


def test_a_failure_ends_the_waits_of_others():
    progress = Progress()
    with pytest.raises(StackError):
        in_order({"only": ()}, refuse, progress)
    with progress.wait("something else") as wait, pytest.raises(AbandonedError):
        wait.nudge()


def test_a_service_needs_the_services_behind_its_tasks():
    def service(name, *needs):
        return Service(name, [name], {}, lambda _since: "", needs=needs)

    steps = [service("database"), Task("schema", print, needs=("database",)), service("api", "schema")]
    assert services_needed(steps) == {"database": set(), "api": {"database"}}


def test_taken_ports_are_refused_by_name_before_anything_starts(stack, listener):
    started = []
    service = Service("api", ["false"], {}, lambda _since: "", ports=(listener,), needs=("first",))
    with pytest.raises(StackError, match=f"api needs port {listener}, which is in use by "):
        stack.runner.bring_up([Task("first", lambda: started.append("first")), service])
    assert started == []


def test_the_holder_of_a_port_is_told(listener):
    assert not is_free(listener)
    assert "process" in holder(listener)


def test_a_service_that_ends_is_reported_with_the_end_of_its_log(stack):
    command = ["/bin/sh", "-c", "echo out of cheese; exit 3"]
    service = Service("api", command, {}, lambda _since: "not there")
    with pytest.raises(StackError, match=r"(?s)api ended while it was starting.*out of cheese"):
        stack.runner.bring_up([service])


def test_a_task_is_done_once_for_each_fingerprint(stack):
    done = []

    def bring_up(version):
        task = Task("schema", lambda: done.append(version), fingerprint=lambda: version)
        stack.runner.bring_up([task])

    bring_up("1")
    bring_up("1")
    bring_up("2")
    assert done == ["1", "2"]
