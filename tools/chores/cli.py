# SPDX-License-Identifier: Apache-2.0
"""The command line behind the Makefile."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence

from onehost.errors import StackError
from onehost.layout import cache_directory

from chores import checks, environment, peer, plan, prerequisites, programs, rules, suites, wheel
from chores.counts import Counts
from chores.errors import ChoreError
from chores.places import DIST, LOGS, MAGNUM_VENVS, ROOT, VENV, settle_environment


def main(arguments: Sequence[str]) -> int:
    """Do one chore; the exit status is 0 only if all went well."""
    settle_environment()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (ChoreError, StackError) as error:
        print(f"make: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/chore", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, explanation in (
        ("build", _build, "build the wheel into dist and print its path"),
        ("test", _test, "run every test; with CI=true the checks too"),
        ("lint", _lint, "run every check"),
        ("environment", _environment, "make .venv with the tools and Magnum"),
        ("peer", _peer, "make the environment of the driver to compare with and print its Python"),
        ("install", _install, "build the wheel and install it into .venv"),
        ("helm", _helm, "build Helm 4 and 3"),
        ("rules", _rules, "check the rules that no linter knows"),
        ("clean", _clean, "remove what was built in the tree"),
        ("distclean", _distclean, "remove that and the cache"),
    ):
        commands.add_parser(name, help=explanation, description=explanation).set_defaults(run=run)
    package = commands.add_parser(
        "debian-package", help="have a Debian package that brings a program of its name"
    )
    package.add_argument("package")
    package.set_defaults(run=_debian_package)
    driver = commands.add_parser(
        "driver-tests", help="run the driver's tests with an older release of Magnum and the wheel in dist"
    )
    driver.add_argument("release", choices=environment.magnum_releases())
    driver.set_defaults(run=_driver_tests)
    return parser


def _build(_options: argparse.Namespace) -> None:
    print(wheel.build().relative_to(ROOT))


def _environment(_options: argparse.Namespace) -> None:
    environment.MAIN.ensure()


def _peer(_options: argparse.Namespace) -> None:
    print(peer.ensure())


def _install(_options: argparse.Namespace) -> None:
    environment.MAIN.install(wheel.build())


def _helm(_options: argparse.Namespace) -> None:
    programs.ensure_helm()


def _debian_package(options: argparse.Namespace) -> None:
    prerequisites.ensure_debian_package(options.package, options.package)


def _driver_tests(options: argparse.Namespace) -> int:
    return environment.run_driver_tests(options.release)


def _rules(_options: argparse.Namespace) -> int:
    broken = rules.broken()
    print("\n".join(broken) or "all rules are kept")
    return int(bool(broken))


def _lint(_options: argparse.Namespace) -> int:
    _require_everything()
    return _finish(plan.Plan([*suites.preparations(everything=False), *checks.steps()]).carry_out())


def _test(_options: argparse.Namespace) -> int:
    _require_everything()
    also = checks.steps() if os.environ.get("CI") == "true" else []
    outcomes = plan.Plan([*suites.preparations(everything=True), *also, *suites.steps()]).carry_out()
    code = _finish(outcomes)
    total = sum((outcome.counts for outcome in outcomes), Counts())
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    return code


def _finish(outcomes: list[plan.Outcome]) -> int:
    print(f"\n{plan.table(outcomes)}\n")
    failed = [outcome.step.title for outcome in outcomes if not outcome.ok]
    if failed:
        print(f"Not well: {', '.join(failed)}. Logs are in {LOGS.relative_to(ROOT)}.")
    return int(bool(failed))


def _require_everything() -> None:
    prerequisites.require_python()
    prerequisites.require_rust()
    prerequisites.require_go()


def _clean(_options: argparse.Namespace) -> None:
    for folder in (DIST, VENV, MAGNUM_VENVS, ROOT / "target", *ROOT.glob(".*_cache")):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in [*ROOT.glob("p*/**/__pycache__"), *ROOT.glob("t*/**/__pycache__")]:
        shutil.rmtree(folder, ignore_errors=True)


def _distclean(options: argparse.Namespace) -> None:
    running = [record.parent.parent.name for record in cache_directory().glob("stacks/*/run/*")]
    if running:
        names = ", ".join(sorted(set(running)))
        raise ChoreError(
            f"Stacks are running: {names}. Stop each with `tests/stack/stack down --name NAME` first."
        )
    _clean(options)
    shutil.rmtree(cache_directory(), ignore_errors=True)
