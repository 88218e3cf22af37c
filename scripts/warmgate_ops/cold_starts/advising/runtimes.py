"""Lambda's managed runtimes: when AWS deprecates each, and which of them SnapStart takes; a dated table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

READ: Final = "2026-11"
DEPRECATED: Final[Mapping[str, date]] = {
    "dotnet6": date(2024, 12, 20),
    "dotnet8": date(2026, 11, 10),
    "dotnet10": date(2028, 11, 14),
    "dotnetcore3.1": date(2023, 4, 3),
    "go1.x": date(2024, 1, 8),
    "java8": date(2024, 1, 8),
    "java8.al2": date(2027, 6, 30),
    "java11": date(2027, 6, 30),
    "java17": date(2027, 6, 30),
    "java21": date(2029, 6, 30),
    "java25": date(2029, 6, 30),
    "nodejs12.x": date(2023, 3, 31),
    "nodejs14.x": date(2023, 12, 4),
    "nodejs16.x": date(2024, 6, 12),
    "nodejs18.x": date(2025, 9, 1),
    "nodejs20.x": date(2026, 4, 30),
    "nodejs22.x": date(2027, 4, 30),
    "nodejs24.x": date(2028, 4, 30),
    "provided": date(2024, 1, 8),
    "provided.al2": date(2026, 7, 31),
    "provided.al2023": date(2029, 6, 30),
    "python3.6": date(2022, 7, 18),
    "python3.7": date(2023, 12, 4),
    "python3.8": date(2024, 10, 14),
    "python3.9": date(2025, 12, 15),
    "python3.10": date(2026, 10, 31),
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
    "ruby2.7": date(2023, 12, 7),
    "ruby3.2": date(2026, 3, 31),
    "ruby3.3": date(2027, 3, 31),
    "ruby3.4": date(2028, 3, 31),
}
"""AWS moves these dates, later as a rule."""
_OLDEST: Final = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""Families that SnapStart takes, from which version on."""


def takes_snapshots(runtime: str) -> bool:
    """Return whether SnapStart takes a managed runtime: Java 11, Python 3.12, .NET 8 and newer ones."""
    family = runtime.rstrip("0123456789.")
    version = runtime.removeprefix(family)
    parts = tuple(int(part) for part in version.split(".") if part.isdecimal())
    return family in _OLDEST and bool(parts) and parts >= _OLDEST[family]
