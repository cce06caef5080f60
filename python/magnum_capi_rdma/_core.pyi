# SPDX-License-Identifier: Apache-2.0
from typing import Any

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
    Problem,
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
    "__version__",
    "apply",
    "chart",
    "choose_machines",
    "clouds_yaml",
    "credential",
    "delete",
    "drain_log",
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
    "validate",
]

__version__: str

class CoreError(Exception):
    code: str

class InvalidRequest(CoreError):
    problems: list[Problem]

class ManagementClusterError(CoreError): ...
class HelmError(CoreError): ...
class StillThere(CoreError): ...

def lookups(request: ClusterRequest) -> list[Lookup]: ...
def validate(request: ClusterRequest, values_directory: str | None = None) -> None: ...
def render_values(request: ClusterRequest, values_directory: str | None = None) -> str: ...
def override_defects(values_directory: str) -> list[OverrideDefect]: ...
def names(request: ClusterRequest, suffix: str) -> Names: ...
def expected(request: ClusterRequest) -> list[OperationNodeGroup]: ...
def apply(settings: Settings, request: ClusterRequest, secrets: Secrets | None) -> Applied: ...
def chart(settings: Settings, version: str | None) -> Chart: ...
def choose_machines(
    settings: Settings, operation: Operation, node_group: str, servers: list[str]
) -> None: ...
def credential(settings: Settings, operation: Operation) -> CredentialInUse | None: ...
def held(settings: Settings, operation: Operation) -> Held | None: ...
def prospect(settings: Settings, request: ClusterRequest) -> Comparison | None: ...
def clouds_yaml(settings: Settings, operation: Operation) -> str | None: ...
def observe(settings: Settings, operation: Operation, server_faults: dict[str, str]) -> Report: ...
def report(
    objects: list[dict[str, Any]], operation: Operation, server_faults: dict[str, str], now: str
) -> Report: ...
def health(settings: Settings, operation: Operation) -> Health: ...
def recovery(settings: Settings, operation: Operation) -> Report | None: ...
def delete(settings: Settings, operation: Operation) -> None: ...
def forget(settings: Settings, operation: Operation) -> None: ...
def labels() -> list[LabelRow]: ...
def problem_codes() -> list[ProblemCode]: ...
def drain_log() -> list[tuple[int, str, str]]: ...
