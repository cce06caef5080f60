# SPDX-License-Identifier: Apache-2.0
"""Whole renderings, as they are in golden/. UPDATE_GOLDEN=1 writes them anew."""

import os
import pathlib

import pytest
import yaml
from rendering import DRIVERS, HERE, Helm, Object, decoded

# Values written by hand, and those that the driver makes of labels of every subject.
VALUES = [*sorted((HERE / "values").glob("*.yaml")), DRIVERS / "labels-of-every-subject.yaml"]
HEADER = """\
# SPDX-License-Identifier: Apache-2.0
# Written by: UPDATE_GOLDEN=1 pytest tests/charts/test_chart_goldens.py
# yamllint disable rule:line-length
"""


class Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT
        super().increase_indent(flow, indentless=False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, _represent_text)


def readable(item: Object) -> Object:
    """An object with the content of a Secret in clear, which the API server takes as well."""
    if item["kind"] != "Secret":
        return item
    return {key: value for key, value in item.items() if key != "data"} | {"stringData": decoded(item)}


def golden_text(objects: list[Object]) -> str:
    """All objects in an order of their own."""
    ordered = sorted(objects, key=lambda item: (item["kind"], item["metadata"]["name"]))
    return HEADER + yaml.dump_all(map(readable, ordered), Dumper=Dumper, explicit_start=True, width=120)


@pytest.mark.parametrize("values", VALUES, ids=lambda file: file.stem)
def test_rendering_is_the_golden_one(helm: Helm, values: pathlib.Path) -> None:
    golden = HERE / "golden" / values.name
    text = golden_text(helm.template(values))
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text(), f"{golden.name} differs; if that is meant, set UPDATE_GOLDEN=1"


def test_each_golden_has_its_values() -> None:
    goldens = {file.name for file in (HERE / "golden").glob("*.yaml")}
    assert goldens == {file.name for file in VALUES}
