# SPDX-License-Identifier: Apache-2.0
"""Brings the services up, tells the story, takes them down."""

import os

from telling import services, story
from telling.terminal import NotAsExpected, Stopwatch, heading, say


def main() -> int:
    """The demo; 0 only if everything was as expected."""
    keep = os.environ.get("KEEP", "") not in ("", "0")
    watch = Stopwatch()
    try:
        heading("The services: OpenStack, a Cluster API management cluster, the driver")
        terminal = services.up(services.wheel())
        ready = watch.seconds()
        services.begin(terminal.folder)
        story.tell(terminal)
        services.end(terminal.folder)
    except NotAsExpected as error:
        say(f"\nThe demo ends here: {error}")
        say(f"Logs: tests/stack/stack logs --name {services.NAME}")
        return _leave(keep, 1)
    except KeyboardInterrupt:
        say("\ninterrupted")
        return _leave(keep, 130)
    told = watch.seconds() - ready
    code = _leave(keep, 0)
    heading(f"Done in {watch.seconds():.0f} s: services {ready:.0f} s, story {told:.0f} s")
    return code


def _leave(keep: bool, code: int) -> int:
    if keep:
        say("\nThe services go on running. To use them:")
        say(f'  eval "$(tests/stack/stack env --name {services.NAME})"')
        say("  openstack coe cluster template list")
        say(f"To stop them: tests/stack/stack down --name {services.NAME}")
        return code
    heading("The services are stopped")
    services.down()
    return code
