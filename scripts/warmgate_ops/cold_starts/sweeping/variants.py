"""The ways to run a version's code that a sweep compares: memory, architecture, SnapStart, layers left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from warmgate.errors import SettingsError

LEAST_MB, MOST_MB = 128, 10_240
"""What Lambda allows (Lambda quotas)."""
MOST_VARIANTS = 32
ONE_VCPU_MB = 1_769
"""Memory with which a function has one whole vCPU (Lambda Developer Guide, configuration-memory)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One row of a sweep."""

    version: str
    """The published version whose code it runs."""
    memory_mb: int
    architecture: str = "x86_64"
    snap_start: bool = False
    without_layer: int = 0
    """The layer that is left out, counted from 1 in the order of the configuration; 0 leaves out none."""

    @property
    def key(self) -> str:
        """Return a name that is unique within a run, as recorded samples carry it."""
        parts = [self.version, f"{self.memory_mb}mb", self.architecture]
        parts += ["snapstart"] if self.snap_start else []
        parts += [f"without-layer-{self.without_layer}"] if self.without_layer else []
        return "-".join(parts)

    @property
    def rest(self) -> str:
        """Return in words what it is beside its memory."""
        return ", ".join(
            (
                self.architecture,
                *(["SnapStart"] if self.snap_start else []),
                *([f"without layer {self.without_layer}"] if self.without_layer else []),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """What is to be varied; what is empty stays as the version has it."""

    memory_mb: tuple[int, ...]
    architectures: tuple[str, ...] = ()
    snap_start: tuple[bool, ...] = ()
    without_layers: tuple[int, ...] = ()


def cpu_share(memory_mb: float) -> float:
    """Return the share of one vCPU that a single thread gets with so much memory."""
    return min(1.0, memory_mb / ONE_VCPU_MB)


def read_memory(text: str) -> tuple[int, ...]:
    """Return the sizes of `256,512,1024` in rising order; raises SettingsError."""
    found: set[int] = set()
    for part in text.split(","):
        word = part.strip().removesuffix("MB").strip()
        if not word.isdigit() or not LEAST_MB <= int(word) <= MOST_MB:
            raise SettingsError(
                f"--memory: found {part.strip() or 'nothing'}, expected MB from {LEAST_MB} to {MOST_MB}",
                hint="write it as 256,512,1024",
            )
        found.add(int(word))
    return tuple(sorted(found))


def read_words(option: str, text: str, words: dict[str, object]) -> tuple[object, ...]:
    """Return what the words of a list such as `on,off` stand for, each once; raises SettingsError."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        if part not in words:
            raise SettingsError(
                f"{option}: found {part}, expected some of {', '.join(words)}", hint="separate them with commas"
            )
        found.append(words[part])
    return tuple(dict.fromkeys(found))


def variants_of(version: str, axes: Axes, own: Variant) -> tuple[Variant, ...]:
    """Return every combination, what the version has today for each axis that is not varied.

    Args:
        version: the published version.
        axes: what is varied.
        own: how the version runs today.

    Raises:
        SettingsError: there are more than 32.
    """
    layers = (0, *axes.without_layers) if axes.without_layers else (own.without_layer,)
    found = tuple(
        Variant(version=version, memory_mb=memory, architecture=architecture, snap_start=snap, without_layer=layer)
        for architecture, snap, layer, memory in product(
            axes.architectures or (own.architecture,),
            axes.snap_start or (own.snap_start,),
            layers,
            axes.memory_mb or (own.memory_mb,),
        )
    )
    if len(found) > MOST_VARIANTS:
        raise SettingsError(
            f"found {len(found)} combinations, expected {MOST_VARIANTS} at most", hint="sweep one axis after the other"
        )
    return found


def varied(variants: Sequence[Variant]) -> bool:
    """Return whether anything but the memory differs."""
    return len({variant.rest for variant in variants}) > 1
