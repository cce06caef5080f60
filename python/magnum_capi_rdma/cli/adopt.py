# SPDX-License-Identifier: Apache-2.0
"""``magnum-capi-rdma adopt``: take over clusters of magnum-capi-helm, or give them back."""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from magnum_capi_rdma.cli import configuration, documents
from magnum_capi_rdma.cli.documents import BadInputError
from magnum_capi_rdma.cli.outcome import Outcome

REFUSED = 3

DESCRIPTION = """\
Take over clusters that magnum-capi-helm made. Run it on a host of magnum-conductor.

For each cluster it shows where the values that its release holds differ from those of this driver, and
whether the next operation would replace machines: the objects of both are compared. Then the driver's name in
the cluster template is changed in Magnum's database, and nothing else. A template's clusters pass together,
or, if one of them must not, not at all.

Exit status: 0 if all that was asked for has passed (or would, with --dry-run); 3 if some was refused, while
the other templates have passed; 2 if the command line or magnum.conf is at fault; 1 for anything else."""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "adopt",
        help="take over clusters of magnum-capi-helm",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--cluster", action="append", metavar="UUID|NAME", help="may be given several times")
    which.add_argument("--all", action="store_true", help="every cluster")
    which.add_argument("--templates", action="store_true", help="every cluster, and templates that have none")
    command.add_argument("--dry-run", action="store_true", help="look, and change nothing")
    command.add_argument("--back", action="store_true", help="give clusters back to magnum-capi-helm")
    command.add_argument(
        "--allow-replacement", action="store_true", help="let clusters pass whose machines would be replaced"
    )
    configuration.add_to(command)
    command.add_argument(
        "-o", "--output", choices=("table", "json", "yaml"), default="table", help="default: table"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    """Look at all that was asked for, hand over what may pass, and tell what became of each."""
    configuration.read(options)
    from magnum_capi_rdma import adoption  # noqa: PLC0415 - needs Magnum, which other commands do without

    drivers = (adoption.OURS, adoption.PEER) if options.back else (adoption.PEER, adoption.OURS)
    passage = adoption.Passage(*drivers, allow_replacement=options.allow_replacement)
    try:
        context = adoption.administrator()
        if options.cluster:
            groups = adoption.of_clusters(context, options.cluster)
        else:
            groups = adoption.of_driver(context, passage, without_clusters=options.templates)
        told = [adoption.pass_on(passage, group, dry_run=options.dry_run) for group in groups]
    except adoption.AdoptionError as error:
        raise BadInputError(str(error)) from error
    document = {"from": passage.giver, "to": passage.taker, "templates": told}
    text = shown(document) if options.output == "table" else documents.written(document, options.output)
    return Outcome(text, REFUSED if any(each["outcome"] == adoption.REFUSED for each in told) else 0)


def shown(document: dict[str, Any]) -> str:
    """What became of each template and cluster, for a person."""
    if not document["templates"]:
        return f"There is nothing of {document['from']}."
    return "\n".join(line for template in document["templates"] for line in _template(template))


def _template(template: dict[str, Any]) -> list[str]:
    driver = template["driver"] or "no driver named"
    lines = [f"template {template['name']} ({template['uuid']}), {driver}: {template['outcome']}"]
    lines += [f"  refused: {reason}" for reason in template["refusals"]]
    for cluster in template["clusters"]:
        lines += [f"  {line}" for line in _cluster(cluster)]
    return lines


def _cluster(cluster: dict[str, Any]) -> list[str]:
    lines = [
        f"cluster {cluster['name']} ({cluster['uuid']}), {cluster['status']}, release {cluster['release']}"
    ]
    lines += [f"  refused: {reason}" for reason in cluster["refusals"]]
    lines += [
        f"  node group {name} runs the template's image, not {image}: Magnum's row would say so"
        for name, image in cluster["images"].items()
    ]
    seen = cluster["comparison"]
    if seen is None:
        return lines
    lines.append(f"  chart: {_turned(seen['chart'], seen['our_chart'])}")
    lines.append(f"  values: {_count(seen['values'])}")
    lines += [f"    {_difference(each)}" for each in seen["values"]]
    lines.append(f"  objects: {_count(seen['objects'])}")
    lines += [f"    {each}" for each in seen["objects"]]
    lines.append(f"  machines: {'' if seen['machines'] else 'all stay'}".rstrip())
    for each in seen["machines"]:
        lines.append(f"    {each['group']}: {each['effect']}")
        lines += [f"      {reason}" for reason in each["reasons"]]
    return lines


def _count(differences: Sequence[Any]) -> str:
    return "1 difference" if len(differences) == 1 else f"{len(differences) or 'no'} differences"


def _difference(difference: dict[str, Any]) -> str:
    before, after = (
        json.dumps(difference[side]) if side in difference else "unset" for side in ("before", "after")
    )
    return f"{difference['path']}: {before} → {after}"


def _turned(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
