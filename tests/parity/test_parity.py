# SPDX-License-Identifier: Apache-2.0
"""Both drivers make the same values of the same clusters, but for what is meant to be different."""

import copy
from collections import Counter
from typing import Any

import intended
import labels
import oddities
import pytest

from magnum_capi_rdma import core, label_options

Values = dict[str, Any]

# Options that the peer has and never reads: it asks for those of the newer labels, and has another for the
# version.
NEVER_READ = ("etcd_volume_size", "etcd_volume_type", "capi_helm_chart_version")


@pytest.fixture(scope="session")
def pairs(sites: list[Values], rendered: Values) -> list[tuple[Values, Values, Values, Values]]:
    """Each cluster with its site, what the peer made of it, and what we made of it."""
    return [
        (site, described, peer, own)
        for site, of_peer, of_own in zip(sites, rendered["peer"], rendered["own"], strict=True)
        for described, peer, own in zip(site["clusters"], of_peer, of_own, strict=True)
    ]


@pytest.fixture(scope="session")
def sound(pairs: list[Any]) -> list[Any]:
    """The clusters in which nothing is wrong by intention."""
    return [pair for pair in pairs if not pair[1]["problems"]]


def test_values_differ_only_where_they_are_meant_to(
    sound: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    met: Counter[str] = Counter()
    compared = 0
    for site, described, peer, own in sound:
        if "values" in peer and "values" in own:
            theirs, ours = copy.deepcopy(peer["values"]), copy.deepcopy(own["values"])
            met.update(_reconciled(site, described, theirs, ours))
            assert theirs == ours, described
            compared += 1
    with capsys.disabled():
        print(f"\n{compared} clusters compared, of {len(sound)} without oddities; with each difference:")
        for name in intended.DIFFERENCES:
            print(f"  {met[name]:4} {name}")
    assert compared > len(sound) / 2
    assert set(met) == set(intended.DIFFERENCES), "a difference that never shows is none"


def _reconciled(site: Values, described: Values, theirs: Values, ours: Values) -> list[str]:
    """Apply all differences, and say which of them changed anything."""
    shown = []
    for name, difference in intended.DIFFERENCES.items():
        before = copy.deepcopy((theirs, ours))
        difference.change(theirs, ours, site, described)
        if (theirs, ours) != before:
            shown.append(name)
    return shown


def test_names_in_the_management_cluster_are_the_same(pairs: list[Any]) -> None:
    both = [(peer, own) for _, _, peer, own in pairs if "values" in peer and "values" in own]
    assert [(peer["release"], peer["namespace"]) for peer, _ in both] == [
        (own["release"], own["namespace"]) for _, own in both
    ]


def test_what_the_peer_cannot_render_is_refused_or_meant_to_be_rendered(sound: list[Any]) -> None:
    met: Counter[str] = Counter()
    for _, described, peer, own in sound:
        if "error" in peer and "values" in own:
            reasons = [reason for reason in intended.PEER_FAILS if peer["error"].startswith(reason)]
            assert reasons, (peer["error"], described)
            met.update(reasons)
    assert set(met) == set(intended.PEER_FAILS)


def test_a_sound_cluster_is_refused_only_if_the_peer_refuses_it_too(sound: list[Any]) -> None:
    refused = [(described, peer, own["problems"]) for _, described, peer, own in sound if "problems" in own]
    for described, peer, problems in refused:
        assert "error" in peer, (problems, described)
        assert {problem["code"] for problem in problems} == {"node-count"}
    # The peer stops at the first thing that is wrong, which need not be the bounds.
    assert any(peer["error"].startswith("NodeGroupInvalidInput") for _, peer, _ in refused)


def test_what_the_peer_repairs_or_overlooks_is_refused_with_its_place(pairs: list[Any]) -> None:
    met: Counter[str] = Counter()
    for _, described, _, own in pairs:
        if described["problems"]:
            found = {(problem["code"], problem["path"]) for problem in own.get("problems", [])}
            assert set(map(tuple, described["problems"])) <= found, (found, described)
            met.update(described["oddities"])
    assert {oddity.__name__ for oddity in oddities.ALL} == set(met)


def test_each_label_of_the_peer_is_in_the_table_with_its_default(rendered: Values) -> None:
    table = {row["name"]: row for row in core.labels()}
    registry = rendered["registry"]
    assert set(registry["defaults"]) | set(registry["older"]) == set(labels.LABELS), (
        "the generator knows them all"
    )
    for name, default in registry["defaults"].items():
        assert (table[name]["default"] or "").lower() == _text(default), name


def test_each_option_of_the_peer_for_a_label_counts_where_the_peer_reads_it(rendered: Values) -> None:
    places = {name: set(map(tuple, found)) for name, found in rendered["registry"]["places"].items()}
    for name in NEVER_READ:
        del places[name]
    ours = {
        option.dest: {(older.group, older.name) for older in option.deprecated_opts}
        for option in label_options.options()
        if option.deprecated_opts
    }
    assert ours == places


def _text(default: Any) -> str:
    """An option's default as a label says it: 0 and nothing leave a label unset."""
    return "" if default in (None, "") or (default == 0 and default is not False) else str(default).lower()
