# SPDX-License-Identifier: Apache-2.0
"""Problems of a request for a person, one below the other."""

from collections.abc import Sequence

from magnum_capi_rdma.documents import Problem


def shown(problems: Sequence[Problem]) -> str:
    """All problems, each with its place, what would be allowed, and what to do."""
    if len(problems) == 1:
        return _line(problems[0])
    return "\n  ".join([f"{len(problems)} problems:", *map(_line, problems)])


def _line(problem: Problem) -> str:
    allowed = f" (allowed: {problem['allowed']})" if problem["allowed"] else ""
    return f"{problem['path']}: {problem['message']}{allowed}. {problem['remedy']} [{problem['code']}]"
