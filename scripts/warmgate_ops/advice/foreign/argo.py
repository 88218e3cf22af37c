"""Argo Rollouts: `AnalysisTemplate` and its kin hold conditions on queries, a `Rollout` how traffic shifts.

Source: Analysis & Progressive Delivery (Argo Rollouts documentation).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Any

from warmgate.policy.percentiles import meant_percentile
from warmgate_ops.advice.foreign.conditions import Bound, bound_in
from warmgate_ops.advice.foreign.meant import FAILURES, LATENCY, SUCCESSES, Meant, as_share
from warmgate_ops.advice.foreign.plain import Mapping, at, mappings_in, text_at

_ANALYSES = ("AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun")
_KINDS = (*_ANALYSES, "Rollout", "Experiment")
_QUANTILE = re.compile(r"quantile\(\s*(0?\.[0-9]{1,6})")
_RANK = re.compile(r"\bp_?([0-9]{2}(?:\.[0-9]{1,3})?)\b", re.IGNORECASE)
_SECONDS = re.compile(r"(?<!milli)_?seconds", re.IGNORECASE)
_MILLISECONDS = re.compile(r"milliseconds|_ms\b", re.IGNORECASE)
_LONGEST_QUERY = 4000


def read_argo(documents: Sequence[Mapping]) -> Meant | None:
    """Return what Argo Rollouts' resources among some documents ask for; None where there are none."""
    own = [each for each in documents if text_at(each, "apiVersion").startswith("argoproj.io/")]
    own = [each for each in own if text_at(each, "kind") in _KINDS]
    if not own:
        return None
    kinds = " and ".join(dict.fromkeys(text_at(each, "kind") for each in own))
    meant = Meant(what=f"Argo Rollouts' {kinds}", name=text_at(own[0], "metadata", "name"))
    for document in own:
        if text_at(document, "kind") in _ANALYSES:
            for metric in mappings_in(at(document, "spec", "metrics")):
                _read_metric(meant, metric)
        else:
            _read_rollout(meant, document, {text_at(each, "metadata", "name") for each in own})
    return meant


def _read_metric(meant: Meant, metric: Mapping) -> None:
    name = text_at(metric, "name")
    meant.shifting += [f"{name}.{key}" for key in ("interval", "count", "initialDelay") if key in metric]
    for key, fails in (("successCondition", False), ("failureCondition", True)):
        if condition := text_at(metric, key):
            said = f"{name}: {key} {condition}"
            bound = bound_in(condition, fails=fails)
            if bound is None:
                meant.left.append(f"{said}: not one comparison of the result with a number")
            else:
                _take(meant, name, _query_of(metric.get("provider")), bound, said)


def _take(meant: Meant, name: str, query: str, bound: Bound, said: str) -> None:
    succeeds = SUCCESSES.search(name) is not None and not bound.is_upper
    if succeeds or (FAILURES.search(name) and bound.is_upper):
        _take_rate(meant, as_share(bound.number, f"{name} {_divided(query)}"), said, succeeds=succeeds)
    elif LATENCY.search(name) and bound.is_upper:
        percentile, unit_ms = _percentile_in(f"{name} {query}"), _unit_ms(query)
        if percentile and unit_ms:
            meant.limit_duration(percentile, round(bound.number * unit_ms, 6), said)
        else:
            meant.left.append(f"{said}: {'its unit' if percentile else 'its percentile'} is not in name or query")
    else:
        meant.left.append(f"{said}: Warmgate measures init, duration, errors and memory")


def _take_rate(meant: Meant, share: float | None, said: str, *, succeeds: bool) -> None:
    if share is None:
        meant.left.append(f"{said}: a count of calls, expected a share of them")
    else:
        meant.limit_errors(1 - share if succeeds else share, said)


def _divided(query: str) -> str:
    """Return what of a query says that its result is in percent: PromQL's own `rate` says nothing of that."""
    return "100" if re.search(r"\*\s*100\b|\b100\s*\*", query) else ""


def _query_of(provider: Any) -> str:
    """Return the texts of a provider: its query stands under a key of each provider's own."""
    if isinstance(provider, dict):
        return " ".join(_query_of(value) for value in provider.values())[:_LONGEST_QUERY]
    return provider if isinstance(provider, str) else ""


def _percentile_in(text: str) -> str | None:
    quantile = _QUANTILE.search(text)
    if quantile:
        return meant_percentile(f"0{quantile[1].removeprefix('0')}")
    rank = _RANK.search(text.replace("-", " ").replace(":", " "))
    return meant_percentile(f"p{rank[1]}") if rank else None


def _unit_ms(query: str) -> float | None:
    if _MILLISECONDS.search(query):
        return 1.0
    return 1000.0 if _SECONDS.search(query) else None


def _read_rollout(meant: Meant, document: Mapping, here: Set[str]) -> None:
    strategy = at(document, "spec", "strategy")
    for kind in ("canary", "blueGreen"):
        found = at(strategy, kind)
        if isinstance(found, dict):
            keys = [key for key in ("steps", "maxSurge", "trafficRouting", "autoPromotionEnabled") if key in found]
            meant.shifting += [f"strategy.{kind}.{key}" for key in keys]
    names = [name for name in dict.fromkeys(_templates_in(strategy)) if name not in here]
    if names:
        meant.left.append(f"its conditions stand in AnalysisTemplate {', '.join(names)}: validate that too")


def _templates_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for each in value for name in _templates_in(each)]
    if not isinstance(value, dict):
        return []
    own = [text_at(value, "templateName")] if text_at(value, "templateName") else []
    return own + [name for each in value.values() for name in _templates_in(each)]
