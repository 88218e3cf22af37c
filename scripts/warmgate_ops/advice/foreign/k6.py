"""k6: options with `thresholds`, as a file for `k6 run --config`; times are milliseconds, rates are shares.

Source: Thresholds (Grafana k6 documentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from warmgate.policy.percentiles import meant_percentile
from warmgate_ops.advice.foreign.conditions import bound_in
from warmgate_ops.advice.foreign.meant import Meant
from warmgate_ops.advice.foreign.plain import Mapping, at, text_at

_EXPRESSION = re.compile(
    r"\s*(p\(\s*[0-9.]{1,8}\s*\)|avg|min|max|med|rate|count|value)\s*(?:[<>]=?|===?|!=)\s*[0-9.]+\s*"
)
_LOAD = ("vus", "stages", "scenarios", "duration", "iterations")


def read_k6(documents: Sequence[Mapping]) -> Meant | None:
    """Return what k6's options among some documents ask for; None where there are none."""
    for document in documents:
        thresholds = at(document, "thresholds")
        said = list(_expressions(thresholds))
        if said and any(_EXPRESSION.fullmatch(expression) for _, expression in said):
            return _read(document, said)
    return None


def _expressions(thresholds: Any) -> Iterator[tuple[str, str]]:
    """Yield metrics and what is asked of them: texts, or mappings with a text."""
    for metric, value in thresholds.items() if isinstance(thresholds, dict) else ():
        for each in value if isinstance(value, list) else [value]:
            expression = each if isinstance(each, str) else text_at(each, "threshold")
            if expression:
                yield metric, expression


def _read(document: Mapping, said: list[tuple[str, str]]) -> Meant:
    meant = Meant(what="options of k6 with thresholds")
    for metric, expression in said:
        _take(meant, metric, expression)
    if load := ", ".join(key for key in _LOAD if key in document):
        meant.left.append(f"{load}: warm.environments and budget.invocations say how much is called")
    return meant


def _take(meant: Meant, metric: str, expression: str) -> None:
    said = f"{metric}: {expression}"
    parsed, bound = _EXPRESSION.fullmatch(expression), bound_in(expression)
    statistic = parsed[1] if parsed else ""
    if bound is None:
        meant.left.append(f"{said}: not one comparison with a number")
    elif metric == "http_req_duration" and bound.is_upper:
        percentile = meant_percentile(statistic) if statistic == "med" or statistic.startswith("p(") else None
        if percentile:
            meant.limit_duration(percentile, bound.number, said)
        else:
            meant.left.append(f"{said}: Warmgate limits percentiles")
    elif metric == "http_req_failed" and statistic == "rate" and bound.is_upper:
        meant.limit_errors(bound.number, said)
    elif metric == "checks" and statistic == "rate" and not bound.is_upper:
        meant.limit_errors(1 - bound.number, said)
    else:
        meant.left.append(f"{said}: Warmgate measures init, duration, errors and memory")
