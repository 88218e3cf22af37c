"""Layers: unpacked beside the package, and no cure by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.function import function_of
from warmgate_ops.cold_starts.advising.saying import Advised, Rank, Rule, no_issue
from warmgate_ops.cold_starts.advising.wording import size_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Severity, Symptom

LARGE = 50 * 1024 * 1024


def _look(facts: Facts) -> Iterator[Symptom]:
    function = function_of(facts)
    layers = see(function.layers)
    known = [layer.size for layer in layers if layer.size is not None]
    if not layers:
        yield no_issue(function.place, "layers: none")
    elif sum(known) < LARGE:
        size = f", {size_of(sum(known))}" if known else ""
        yield no_issue(function.line_of("Layers"), f"{len(layers)} layer{'s' * (len(layers) > 1)}{size}")
    else:
        names = ", ".join(f"{layer.name} {size_of(layer.size)}" for layer in layers if layer.size is not None)
        yield Advised(
            place=function.line_of("Layers"),
            message=f"{len(layers)} layers of {size_of(sum(known))} zipped ({names})",
            rank=Rank.LOW,
            names={"layer": str(max(range(len(layers)), key=lambda place: layers[place].size or 0) + 1)},
        )


RULE = Rule(
    id="layers",
    title="Layers are large",
    severity=Severity.INFO,
    why="Layers are unpacked with the package and count against the same 250 MB. They share code between functions and"
    " make no start shorter: what is in them and imported takes the same time.",
    fix="keep in a layer what the function imports",
    sources=("Managing Lambda dependencies with layers (AWS Lambda Developer Guide)",),
    measure="warmgate cold sweep {name} {version_option} --without-layer {layer} --probes policy.yaml",
    risk="code that imports from the layer fails without it",
    in_account=_look,
    in_template=_look,
)
