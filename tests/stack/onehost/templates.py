# SPDX-License-Identifier: Apache-2.0
"""Renders the configuration files in `etc` (string.Template) into a stack's state."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from onehost.layout import SOURCE


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a template of `etc` with its values filled in; a missing value is an error."""
    return Template((SOURCE / "etc" / template).read_text()).substitute(values)


def write_private(target: Path, text: str) -> Path:
    """Write a file that only its owner may read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(text)
    return target


@dataclass(frozen=True)
class ConfigurationFile:
    """A configuration file of a service, not written yet."""

    path: Path
    text: str

    def write(self) -> None:
        """Put it in place, for its owner only: most hold a password."""
        write_private(self.path, self.text)
