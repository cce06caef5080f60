# SPDX-License-Identifier: Apache-2.0
"""Each label has an option for an operator's default, made of the label table."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import MagnumConf
from oslo_config import cfg

from magnum_capi_rdma import core, gather, label_options

SECTION = "capi_rdma_cluster_labels"
TABLE = {row["name"]: row for row in core.labels()}


def defaults() -> dict[str, str]:
    return label_options.defaults(cfg.CONF)


def test_each_label_of_clusters_and_groups_has_an_option_under_its_present_name() -> None:
    options = {option.dest: option for option in label_options.options()}

    with_an_effect = {name for name, row in TABLE.items() if row["scope"] in {"cluster", "node-group"}}
    older = {name for name, row in TABLE.items() if row["newer"]}
    assert older == {"etcd_volume_size", "etcd_volume_type", "extra_network_name"}
    assert set(options) == with_an_effect - older
    assert all(option.default is None for option in options.values()), "the table has the defaults"


def test_nobody_said_anything(magnum_conf: MagnumConf) -> None:
    assert defaults() == {}


def test_values_become_what_labels_say(magnum_conf: MagnumConf) -> None:
    magnum_conf.add(
        {
            SECTION: {
                "auto_healing_enabled": "No",
                "boot_volume_size": "0",
                "octavia_provider": "ovn",
                "oidc_groups_prefix": "",
                "api_master_lb_allowed_cidrs": "10.0.0.0/8, 192.0.2.0/24",
            }
        }
    )

    assert defaults() == {
        "auto_healing_enabled": "false",
        "boot_volume_size": "0",
        "octavia_provider": "ovn",
        "api_master_lb_allowed_cidrs": "10.0.0.0/8, 192.0.2.0/24",
    }
    assert gather.operator_settings(cfg.CONF)["label_defaults"] == defaults()


def test_sections_of_magnum_capi_helm_mean_the_same(magnum_conf: MagnumConf) -> None:
    magnum_conf.add(
        {
            "capi_helm": {
                "csi_cinder_fstype": "xfs",
                "csi_cinder_reclaim_policy": "Delete",
                "minimum_flavor_ram": 4096,
                "namespace_prefix": "east",
                "csi_cinder_default_volume_type": "fast",
            },
            "capi_helm_cluster_labels": {
                "csi_cinder_reclaim_policy": "Retain",
                "extra_network_name": "storage",
                "monitoring_enabled": "true",
                "octavia_provider": "ovn",
                "etcd_volume_size": "20",
            },
            SECTION: {"octavia_provider": "amphora"},
        }
    )

    # It has an option etcd_volume_size too, but never reads it.
    assert defaults() == {
        "csi_cinder_fstype": "xfs",
        "csi_cinder_reclaim_policy": "Retain",
        "extra_network_names": "storage",
        "monitoring_enabled": "true",
        "octavia_provider": "amphora",
    }
    settings = gather.operator_settings(cfg.CONF)
    assert (settings["minimum_flavor_ram"], settings["namespace_prefix"]) == (4096, "east")
    assert settings["default_volume_type"] == "fast"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rdma_mtu", "90000"),
        ("auto_healing_enabled", "sometimes"),
        ("csi_cinder_reclaim_policy", "delete"),
        ("boot_volume_size", "-1"),
    ],
)
def test_a_value_outside_its_type_is_refused_by_name(magnum_conf: MagnumConf, name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):  # noqa: PT012 - it may be read at once, or only when asked for
        magnum_conf.add({SECTION: {name: value}})
        defaults()


def test_labels_may_be_ignored(magnum_conf: MagnumConf) -> None:
    magnum_conf.add({"capi_rdma": {"ignored_labels": "calico_tag, container_infra_prefix"}})

    assert gather.operator_settings(cfg.CONF)["ignored_labels"] == ["calico_tag", "container_infra_prefix"]


def test_oslo_prints_them() -> None:
    generated = subprocess.run(
        [Path(sys.executable).parent / "oslo-config-generator", "--namespace", "magnum_capi_rdma"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    _, section = generated.split(f"[{SECTION}]")
    for option in label_options.options():
        assert f"#{option.dest} = " in section, option.dest
    assert "#octavia_provider = amphora" in section
    assert "# Deprecated group/name - [capi_helm_cluster_labels]/octavia_provider" in section
    assert "[capi_helm_cluster_labels]/rdma_network" not in section


def test_nothing_is_registered_by_the_import() -> None:
    program = """
import magnum_capi_rdma.driver, magnum_capi_rdma.label_options
from oslo_config import cfg
assert not [group for group in cfg.CONF if group.startswith("capi_rdma")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_values_are_read_once(magnum_conf: MagnumConf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A status of a thousand clusters must not parse sixty options a thousand times."""
    defaults()
    reads: list[Any] = []
    original = cfg.Opt._get_from_namespace
    monkeypatch.setattr(
        cfg.Opt, "_get_from_namespace", lambda *arguments: reads.append(1) or original(*arguments)
    )
    defaults()
    assert reads == []
