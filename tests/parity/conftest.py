# SPDX-License-Identifier: Apache-2.0
"""Both sides render the same clusters, each in the Python that it is installed in."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import oddities
import pytest
import shapes

HERE = Path(__file__).resolve().parent
CHORE = HERE.parents[1] / "tools" / "chore"
SEED = int(os.environ.get("PARITY_SEED", "1"))
CLUSTERS = int(os.environ.get("PARITY_CLUSTERS", "240"))


def pytest_report_header() -> str:
    return f"parity: {CLUSTERS} clusters by seed {SEED} (PARITY_CLUSTERS, PARITY_SEED)"


@pytest.fixture(scope="session")
def sites() -> list[dict[str, Any]]:
    sites = shapes.sites(SEED, CLUSTERS)
    chance = random.Random(SEED)
    for site in sites:
        for described in site["clusters"]:
            oddities.befall(chance, described)
    return sites


@pytest.fixture(scope="session")
def rendered(sites: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each cluster on either side, and the peer's register of labels."""
    folder = tmp_path_factory.mktemp("parity")
    (folder / "sites").write_text(json.dumps(sites), encoding="utf-8")
    sides = {"peer": _peers_python(), "own": sys.executable}
    running = {side: _start(folder, side, python) for side, python in sides.items()}
    for side, process in running.items():
        assert process.wait() == 0, (folder / f"{side}.log").read_text(encoding="utf-8")[-4000:]
    results = {side: json.loads((folder / side).read_text(encoding="utf-8")) for side in sides}
    return {**results, "registry": json.loads((folder / "peer.registry").read_text(encoding="utf-8"))}


def _peers_python() -> str:
    """Python with the peer in it; it is installed where it is not yet."""
    made = subprocess.run([sys.executable, CHORE, "peer"], check=True, capture_output=True, text=True)
    return made.stdout.splitlines()[-1]


def _start(folder: Path, side: str, python: str) -> subprocess.Popen[bytes]:
    with (folder / f"{side}.log").open("wb") as log:
        return subprocess.Popen(
            [python, "-W", "ignore", HERE / "sides" / f"{side}.py", folder / "sites", folder / side],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
