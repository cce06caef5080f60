# SPDX-License-Identifier: Apache-2.0
"""What a stack was asked to be; kept in its state, so that later commands need only its name."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from onehost.errors import StackError
from onehost.layout import Layout, stacks_directory
from onehost.ports import DEFAULT_BASE, HIGHEST_BASE, LOWEST_BASE, SPACING
from onehost.templates import write_private

DEFAULT_NAME = "default"
DEFAULT_VIRTUAL_FUNCTIONS = 8
MOST_VIRTUAL_FUNCTIONS = 64
ACCOUNTS = ("database", "messaging", "service", "admin", "demo", "other")


@dataclass(frozen=True)
class Settings:
    """The choices behind one stack."""

    name: str
    port_base: int
    virtual_functions: int = DEFAULT_VIRTUAL_FUNCTIONS
    magnum_conf: str = ""


def valid_name(name: str) -> str:
    """A stack's name, fit for a folder and short enough for socket paths."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
        raise StackError(
            f"{name!r} is no name for a stack: use up to 31 lower-case letters, digits and hyphens."
        )
    return name


def stored(layout: Layout) -> Settings | None:
    """The settings of a stack that was brought up before."""
    try:
        return Settings(**json.loads((layout.root / "stack.json").read_text()))
    except FileNotFoundError:
        return None


def choose(
    layout: Layout, name: str, port_base: int | None, virtual_functions: int | None, magnum_conf: Path | None
) -> Settings:
    """The settings for `up`: what is asked for now, else what was asked for before, else the defaults."""
    before = stored(layout)
    if before is None:
        chosen = Settings(name=name, port_base=port_base or _unused_base())
    elif port_base in (None, before.port_base):
        chosen = before
    else:
        raise StackError(
            f"Stack {name} has its ports at {before.port_base}, and its databases know it: "
            f"leave out --ports, or begin afresh with `stack down --wipe --name {name}`."
        )
    if not LOWEST_BASE <= chosen.port_base <= HIGHEST_BASE:
        raise StackError(
            f"--ports must be between {LOWEST_BASE} and {HIGHEST_BASE}, below the ports that clients use."
        )
    if virtual_functions is not None:
        chosen = replace(chosen, virtual_functions=virtual_functions)
    if not 0 <= chosen.virtual_functions <= MOST_VIRTUAL_FUNCTIONS:
        raise StackError(f"--virtual-functions must be between 0 and {MOST_VIRTUAL_FUNCTIONS}.")
    if magnum_conf is not None:
        if not magnum_conf.is_file():
            raise StackError(f"--magnum-conf: there is no file {magnum_conf}.")
        chosen = replace(chosen, magnum_conf=magnum_conf.read_text())
    return chosen


def store(layout: Layout, settings: Settings) -> None:
    """Keep the settings for the commands that follow."""
    write_private(layout.root / "stack.json", json.dumps(asdict(settings), indent=2) + "\n")


def passwords(layout: Layout) -> dict[str, str]:
    """The stack's passwords, made up when they are first needed."""
    path = layout.root / "passwords.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [account for account in ACCOUNTS if account not in known]
    if missing:
        known |= {account: secrets.token_hex(16) for account in missing}
        write_private(path, json.dumps(known, indent=2) + "\n")
    return known


def _unused_base() -> int:
    used = set()
    for state in stacks_directory().glob("*/stack.json"):
        known = stored(Layout(state.parent))
        if known is not None:
            used.add(known.port_base)
    base = DEFAULT_BASE
    while any(abs(base - other) < SPACING for other in used):
        base += SPACING
    return base
