"""Spinnaker's Kayenta: a canary config compares metrics of the canary with the baseline's and gives a score.

Source: docs/canary-config.md of spinnaker/kayenta.
"""

from __future__ import annotations

from collections.abc import Sequence

from warmgate_ops.advice.foreign.meant import FAILURES, LATENCY, Meant
from warmgate_ops.advice.foreign.plain import Mapping, at, mappings_in, number_at, text_at

USUAL_RATIO = 1.2
"""Of the bundled default policy."""


def read_kayenta(documents: Sequence[Mapping]) -> Meant | None:
    """Return what a canary config among some documents asks for; None where there is none."""
    for document in documents:
        config = document.get("canaryConfig", document)
        if mappings_in(at(config, "metrics")) and (_is_map(config, "judge") or _is_map(config, "classifier")):
            return _read(config)
    return None


def _is_map(config: Mapping, key: str) -> bool:
    return isinstance(config.get(key), dict)


def _read(config: Mapping) -> Meant:
    meant = Meant(what="a canary config of Spinnaker's Kayenta", name=text_at(config, "name"))
    for metric in mappings_in(config["metrics"]):
        _read_metric(meant, metric)
    if at(config, "classifier"):
        meant.left.append("classifier: there is no score, each check of Warmgate decides by itself")
    return meant


def _read_metric(meant: Meant, metric: Mapping) -> None:
    name = text_at(metric, "name")
    analysis = at(metric, "analysisConfigurations", "canary")
    if not LATENCY.search(name) or text_at(analysis, "direction") == "decrease":
        words = "write compare.errors.rate" if FAILURES.search(name) else "Warmgate compares init, duration and errors"
        meant.left.append(f"{name}: {words}")
        return
    ratio = number_at(analysis, "effectSize", "allowedIncrease")
    if ratio is None or ratio == 1:  # the default, by which any significant increase fails
        said = f"{name}: fails by any increase that is significant; 1.2x is that of Warmgate's default policy"
        meant.compare_duration(USUAL_RATIO, said)
    else:
        meant.compare_duration(ratio, f"{name}: effectSize.allowedIncrease {ratio:g}")
