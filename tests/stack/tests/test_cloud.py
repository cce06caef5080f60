# SPDX-License-Identifier: Apache-2.0
"""The steps of a stack fit together, and its configuration says what the stack was asked for."""

import configparser
import dataclasses
from graphlib import TopologicalSorter

import cluster_api_manifests
import pytest
from onehost import builds, cloud, openstack_configuration
from onehost.cli import main
from onehost.ports import OFFSETS, SPACING
from onehost.settings import store
from onehost.steps import Service


def parsed(stack, service):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(openstack_configuration.files(stack)[service].text)
    return parser


def test_every_step_needs_only_steps_that_there_are(stack):
    steps = {step.name: step.needs for step in cloud.all_steps(stack)}
    assert set(TopologicalSorter(steps).static_order()) == set(steps)


def test_no_two_services_share_a_port(stack):
    ports = [port for step in cloud.all_steps(stack) if isinstance(step, Service) for port in step.ports]
    assert len(set(ports)) == len(ports)
    assert max(offset for name, offset in OFFSETS.items() if name != "workload-clusters") < SPACING


def test_a_service_is_restarted_when_a_file_of_its_changes(stack):
    step = next(step for step in cloud.all_steps(stack) if step.name == "keystone")
    before = step.fingerprint()
    stack.layout.etc.joinpath("keystone").mkdir()
    stack.layout.etc.joinpath("keystone", "keystone.conf").write_text("[DEFAULT]\n")
    assert step.fingerprint() != before


@pytest.mark.parametrize("service", ["glance", "neutron", "placement", "cinder", "nova", "magnum"])
def test_services_know_keystone_and_their_database(stack, service):
    configuration = parsed(stack, service)
    assert configuration["keystone_authtoken"]["auth_url"] == "http://127.0.0.1:20000/v3"
    assert configuration["keystone_authtoken"]["username"] == service
    section = "placement_database" if service == "placement" else "database"
    assert "@127.0.0.1:20010/" in configuration[section]["connection"]


def test_nova_has_the_virtual_functions_asked_for(stack):
    settings = dataclasses.replace(stack.settings, virtual_functions=3)
    configuration = parsed(dataclasses.replace(stack, settings=settings), "nova")
    assert configuration["simulated_sriov"]["virtual_functions"] == "3"


def test_magnum_gets_the_extra_sections_after_its_own(stack):
    settings = dataclasses.replace(stack.settings, magnum_conf="[capi_rdma]\nchart = another\n")
    text = openstack_configuration.files(dataclasses.replace(stack, settings=settings))["magnum"].text
    assert text.index("chart = embedded") < text.index("chart = another")


def test_a_build_has_another_key_when_its_sources_change(tmp_path, monkeypatch):
    (tmp_path / "go" / "example").mkdir(parents=True)
    for name in ("go.mod", "go.sum", "main.go"):
        (tmp_path / "go" / "example" / name).write_text(name)
    monkeypatch.setattr(builds, "SOURCE", tmp_path)
    build = builds.Build("example", "example", {"example": "."})
    before = build.key()
    assert build.key() == before
    (tmp_path / "go" / "example" / "main.go").write_text("package main")
    assert build.key() != before


def test_webhooks_are_pointed_at_this_host():
    webhook = {"clientConfig": {"service": {"name": "webhook-service", "path": "/validate"}}}
    configuration = {"metadata": {"name": "validating"}, "webhooks": [webhook]}
    pointed = cluster_api_manifests.with_address(configuration, "core", "https://127.0.0.1:1", "authority")
    assert pointed["metadata"]["name"] == "core-validating"
    assert pointed["webhooks"] == [
        {"clientConfig": {"url": "https://127.0.0.1:1/validate", "caBundle": "authority"}}
    ]


@pytest.mark.parametrize(("versions", "converted"), [(["v1beta1", "v1beta2"], True), (["v1beta1"], False)])
def test_only_definitions_of_several_versions_are_converted(versions, converted):
    definition = {"spec": {"versions": versions}}
    cluster_api_manifests.with_conversion(definition, "https://127.0.0.1:1", "authority")
    assert ("conversion" in definition["spec"]) is converted


def test_env_prints_what_the_clients_need(stack, capsys):
    store(stack.layout, stack.settings)
    assert main(["env", "--name", "example", "--as", "other"]) == 0
    printed = capsys.readouterr().out
    assert "export OS_AUTH_URL=http://127.0.0.1:20000/v3\n" in printed
    assert f"export OS_PASSWORD={stack.passwords['other']}\n" in printed
    assert f"export KUBECONFIG={stack.layout.kubeconfig}\n" in printed


@pytest.mark.parametrize("command", ["status", "env", "logs"])
def test_a_stack_that_is_not_there_is_named(command, capsys):
    assert main([command, "--name", "absent"]) == 1
    assert "There is no stack absent" in capsys.readouterr().err


def test_down_of_a_stack_that_is_not_there_is_no_failure(capsys):
    assert main(["down", "--name", "absent"]) == 0
    assert "there is no stack absent" in capsys.readouterr().err


def test_a_driver_that_is_no_wheel_is_refused(tmp_path, capsys):
    assert main(["up", "--name", "example", "--driver", str(tmp_path / "driver.tar.gz")]) == 1
    assert "driver.tar.gz is not a wheel" in capsys.readouterr().err
