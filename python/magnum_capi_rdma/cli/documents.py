# SPDX-License-Identifier: Apache-2.0
"""Documents on the command line: JSON or YAML in, JSON or YAML out."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml


class BadInputError(Exception):
    """What was given on the command line, or in a file that it names, cannot be used."""


class PlainLoader(yaml.SafeLoader):
    """YAML without dates: a time stays the text that it is in JSON."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(name: str) -> dict[str, Any]:
    """The mapping in a file, or on standard input if the name is ``-``."""
    document = _parsed(name, _text(name))
    if not isinstance(document, dict):
        raise BadInputError(f"{_shown(name)} must hold a mapping, not a {type(document).__name__}.")
    return document


def written(document: Any, output: str) -> str:
    """The document as text."""
    if output == "json":
        return json.dumps(document, indent=2)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{_shown(name)} cannot be read: {error}.") from error


def _parsed(name: str, text: str) -> Any:
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text)
        return yaml.load(text, PlainLoader)  # noqa: S506 - a subclass of the safe loader
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise BadInputError(f"{_shown(name)} is neither JSON nor YAML: {error}.") from error


def _shown(name: str) -> str:
    return "Standard input" if name == "-" else name
