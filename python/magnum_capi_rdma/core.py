# SPDX-License-Identifier: Apache-2.0
"""The one place that calls the native module.

It adds what a call needs around it and nothing else: the settings from magnum.conf, a way to wait that suits
eventlet, and the log records that the native code made meanwhile.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ParamSpec, TypeVar

from oslo_config import cfg
from oslo_log import log as logging

from magnum_capi_rdma import _core, conf, green
from magnum_capi_rdma._core import (
    CoreError,
    HelmError,
    InvalidRequest,
    ManagementClusterError,
    StillThere,
)
from magnum_capi_rdma.documents import (
    Applied,
    Chart,
    ClusterRequest,
    Comparison,
    CredentialInUse,
    Health,
    Held,
    LabelRow,
    Lookup,
    Names,
    Operation,
    OperationNodeGroup,
    OverrideDefect,
    ProblemCode,
    Report,
    Secrets,
    Settings,
)

__all__ = [
    "CoreError",
    "HelmError",
    "InvalidRequest",
    "ManagementClusterError",
    "StillThere",
    "apply",
    "chart",
    "choose_machines",
    "clouds_yaml",
    "credential",
    "delete",
    "expected",
    "forget",
    "health",
    "held",
    "labels",
    "lookups",
    "names",
    "observe",
    "override_defects",
    "problem_codes",
    "prospect",
    "recovery",
    "render_values",
    "report",
    "settings",
    "validate",
    "version",
]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def settings(configuration: cfg.ConfigOpts | None = None) -> Settings:
    """How to reach the management cluster, Helm and the chart, from magnum.conf."""
    options = conf.group(configuration)
    return {
        "kubeconfig": options.kubeconfig_file or None,
        "helm_binary": options.helm_binary,
        "helm_timeout_seconds": options.helm_timeout,
        "chart": options.chart,
        "chart_repository": options.chart_repository or None,
        "chart_version": options.chart_version or None,
        "chart_digest": list(options.chart_digest),
        "chart_directory": conf.chart_directory(options.chart_directory),
        "values_directory": options.values_directory or None,
        "request_timeout_seconds": options.request_timeout,
    }


def lookups(request: ClusterRequest) -> list[Lookup]:
    """What to ask OpenStack about a request that has no answers yet."""
    return _call(_core.lookups, request)


def validate(request: ClusterRequest) -> None:
    """Raise :class:`InvalidRequest` with everything that is wrong, if anything is.

    What is wrong with the operator's own values is a :class:`CoreError`.
    """
    _call(_core.validate, request, settings()["values_directory"])


def render_values(request: ClusterRequest, values_directory: str | None = None) -> str:
    """The Helm values of a request, as YAML, with an operator's own values on top."""
    return _call(_core.render_values, request, values_directory)


def override_defects(values_directory: str) -> list[OverrideDefect]:
    """Everything that is wrong with an operator's own values."""
    return _call(_core.override_defects, values_directory)


def names(request: ClusterRequest, suffix: str) -> Names:
    """The cluster's names in the management cluster; the suffix ends the release's if it has none yet."""
    return _call(_core.names, request, suffix)


def expected(request: ClusterRequest) -> list[OperationNodeGroup]:
    """What each node group is to become."""
    return _call(_core.expected, request)


def apply(request: ClusterRequest, secrets: Secrets | None) -> Applied:
    """Make the cluster what the request says, or take the first step to it: namespace, secrets, Helm release.

    Without secrets those that the cluster has stay.
    """
    return _wait(_core.apply, settings(), request, secrets)


def held(operation: Operation) -> Held | None:
    """How the cluster's release stands; nothing where there is none."""
    return _wait(_core.held, settings(), operation)


def prospect(request: ClusterRequest) -> Comparison | None:
    """What the next operation would make of the cluster's release; nothing where there is none."""
    return _wait(_core.prospect, settings(), request)


def clouds_yaml(operation: Operation) -> str | None:
    """The file by which the cluster reaches OpenStack, with its credential; nothing where there is none."""
    return _wait(_core.clouds_yaml, settings(), operation)


def chart(version: str | None = None) -> Chart:
    """The cluster chart on disk, pulled if it was not there; in the version that a template asks for."""
    return _wait(_core.chart, settings(), version)


def observe(operation: Operation, server_faults: dict[str, str]) -> Report:
    """How far an operation is; asks the management cluster nothing once the watch is running."""
    return _wait(_core.observe, settings(), operation, server_faults)


def report(
    objects: list[dict[str, Any]], operation: Operation, server_faults: dict[str, str], now: str
) -> Report:
    """What :func:`observe` would say if the management cluster held these objects."""
    return _call(_core.report, objects, operation, server_faults, now)


def health(operation: Operation) -> Health:
    """How the cluster is; asks the management cluster nothing once the watch is running."""
    return _wait(_core.health, settings(), operation)


def choose_machines(operation: Operation, node_group: str, servers: Sequence[str]) -> None:
    """Let the machines of these servers go first when the node group shrinks, which it must by as many."""
    _wait(_core.choose_machines, settings(), operation, node_group, list(servers))


def credential(operation: Operation) -> CredentialInUse | None:
    """The application credential that the cluster uses, as the management cluster has it."""
    return _wait(_core.credential, settings(), operation)


def recovery(operation: Operation) -> Report | None:
    """What to save of a cluster whose last operation failed, if that has come to its end after all."""
    return _wait(_core.recovery, settings(), operation)


def delete(operation: Operation) -> None:
    """Begin to delete the cluster. It is fine if nothing of it was made."""
    _wait(_core.delete, settings(), operation)


def forget(operation: Operation) -> None:
    """Delete the secrets of a cluster that is gone; raise :class:`StillThere` if it is not."""
    _wait(_core.forget, settings(), operation)


def labels() -> list[LabelRow]:
    """The label table."""
    return _call(_core.labels)


def problem_codes() -> list[ProblemCode]:
    """Every code that a problem can have."""
    return _call(_core.problem_codes)


def version() -> str:
    """The version of this package."""
    return _core.__version__


def _call(
    function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
) -> Result:
    """Call a function that waits for nothing."""
    try:
        return function(*arguments, **named)
    finally:
        _pass_on_log()


def _wait(
    function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
) -> Result:
    """Call a function that waits for the management cluster or for Helm."""
    try:
        return green.wait(partial(function, *arguments, **named))
    finally:
        _pass_on_log()


def _pass_on_log() -> None:
    for level, below, message in _core.drain_log():
        logging.getLogger(f"{__package__}.{below}").log(level, "%s", message)
