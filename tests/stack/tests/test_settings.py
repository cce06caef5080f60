# SPDX-License-Identifier: Apache-2.0
"""A stack's choices are kept, and those that cannot be changed are refused."""

import stat

import pytest
from onehost import settings
from onehost.errors import StackError
from onehost.layout import Layout


def choose(name="example", port_base=None, virtual_functions=None, magnum_conf=None):
    layout = Layout.of(name)
    layout.create()
    chosen = settings.choose(layout, name, port_base, virtual_functions, magnum_conf)
    settings.store(layout, chosen)
    return chosen


def test_what_was_given_once_is_kept():
    choose(port_base=21000, virtual_functions=3)
    assert choose() == settings.Settings("example", 21000, 3)


def test_each_new_stack_gets_ports_of_its_own():
    assert choose("one").port_base == 15000
    assert choose("two").port_base == 15100
    assert choose("three", port_base=15250).port_base == 15250
    assert choose("four").port_base == 15400


def test_a_stack_stays_at_its_ports():
    choose(port_base=21000)
    with pytest.raises(StackError, match=r"has its ports at 21000.*down --wipe --name example"):
        choose(port_base=22000)


@pytest.mark.parametrize("port_base", [80, 40000])
def test_ports_are_between_the_privileged_and_those_of_clients(port_base):
    with pytest.raises(StackError, match="--ports must be between"):
        choose(port_base=port_base)


@pytest.mark.parametrize("virtual_functions", [-1, 65])
def test_the_card_has_a_possible_number_of_virtual_functions(virtual_functions):
    with pytest.raises(StackError, match="--virtual-functions must be between"):
        choose(virtual_functions=virtual_functions)


@pytest.mark.parametrize("name", ["", "Upper", "a/b", "..", "x" * 32])
def test_a_name_fits_a_folder(name):
    with pytest.raises(StackError, match="is no name for a stack"):
        settings.valid_name(name)


def test_passwords_are_made_once_and_for_the_owner_only():
    layout = Layout.of("example")
    layout.create()
    known = settings.passwords(layout)
    assert settings.passwords(layout) == known
    assert len(set(known.values())) == len(settings.ACCOUNTS)
    assert stat.S_IMODE((layout.root / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(layout.root.stat().st_mode) == 0o700
