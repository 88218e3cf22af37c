"""Flagger: a `Canary` limits the share of requests that succeed, in percent, and the p99 of their duration, in ms.

Source: Metrics Analysis (Flagger documentation).
"""

from __future__ import annotations

from collections.abc import Sequence

from warmgate_ops.advice.foreign.meant import Meant
from warmgate_ops.advice.foreign.plain import Mapping, at, mappings_in, number_at, text_at

_SUCCESS = ("request-success-rate", "istio_requests_total")
_DURATION = ("request-duration", "istio_request_duration_seconds_bucket")
_SHIFTING = ("interval", "threshold", "iterations", "maxWeight", "stepWeight", "stepWeights", "stepWeightPromotion")


def read_flagger(documents: Sequence[Mapping]) -> Meant | None:
    """Return what Flagger's resources among some documents ask for; None where there are none."""
    own = [each for each in documents if text_at(each, "apiVersion").startswith("flagger.app/")]
    if not own:
        return None
    kinds = " and ".join(dict.fromkeys(text_at(each, "kind") for each in own))
    meant = Meant(what=f"Flagger's {kinds}", name=text_at(own[0], "metadata", "name"))
    for document in own:
        spec = at(document, "spec")
        analysis = at(spec, "analysis") or at(spec, "canaryAnalysis")
        meant.shifting += [f"analysis.{key}" for key in _SHIFTING if isinstance(analysis, dict) and key in analysis]
        for metric in mappings_in(at(analysis, "metrics")):
            _read_metric(meant, metric)
    return meant


def _read_metric(meant: Meant, metric: Mapping) -> None:
    name = text_at(metric, "name")
    least = number_at(metric, "thresholdRange", "min")
    most = number_at(metric, "thresholdRange", "max")
    single = number_at(metric, "threshold")  # of analyses before thresholdRange
    if name in _SUCCESS and (percent := least if least is not None else single) is not None:
        meant.limit_errors(1 - percent / 100, f"{name}: at least {percent:g} %")
    elif name in _DURATION and (limit_ms := most if most is not None else single) is not None:
        meant.limit_duration("p99", limit_ms, f"{name}: p99 at most {limit_ms:g} ms")
    else:
        meant.left.append(f"{name}: what it measures stands in its own query")
