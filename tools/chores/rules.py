# SPDX-License-Identifier: Apache-2.0
"""Rules of this repository that no linter knows."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from chores.places import ROOT

LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENSED = {".py", ".pyi", ".rs", ".go", ".sh", ".toml", ".tpl", ".yaml", ".yml"}
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
LONGEST_FILE = 450
GENERATED = ("tests/charts/golden/", "tests/golden/", "Cargo.lock", "zz_generated", "provider/crds/")

# Written in pieces, so that this file keeps its own rules.
FORBIDDEN = {
    "unfinished work": re.compile(
        r"(?:#|//|/\*|<!--).*\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b"
    ),
    "a path of somebody's machine": re.compile(
        r"(?<![\w.$}])/(?:ho" + r"me/[a-z]|ro" + r"ot/|wo" + r"rk/|Us" + r"ers/)"
    ),
}


def tracked() -> list[Path]:
    """Every file that is in the repository, or would be if it was added."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for name in set(listed.splitlines()) if (path := ROOT / name).is_file())


def broken() -> list[str]:
    """Each place where a rule is broken, as `file:line: what`."""
    return [problem for path in tracked() for problem in _of_file(path)]


def _of_file(path: Path) -> Iterator[str]:
    name = str(path.relative_to(ROOT))
    if path.stem in VAGUE_NAMES or path.parent.name in VAGUE_NAMES:
        yield f"{name}: the name does not say what is in it"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    if not any(part in name for part in GENERATED):
        yield from _of_text(name, path, lines)


def _of_text(name: str, path: Path, lines: list[str]) -> Iterator[str]:
    if _needs_licence(path, lines) and not any(LICENCE in line for line in lines[:2]):
        yield f"{name}:1: the line `{LICENCE}` is missing"
    if path.suffix in {".py", ".rs", ".go"} and len(lines) > LONGEST_FILE:
        yield f"{name}: {len(lines)} lines; divide it, {LONGEST_FILE} are the most"
    for number, line in enumerate(lines, 1):
        for what, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"{name}:{number}: {what}: {line.strip()[:100]}"


def _needs_licence(path: Path, lines: list[str]) -> bool:
    is_script = bool(lines) and lines[0].startswith("#!")
    return is_script or path.suffix in LICENSED or path.name in {"Makefile", "Dockerfile"}
