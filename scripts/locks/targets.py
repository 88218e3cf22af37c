"""The machines that locks are for: a Python on a platform, as markers and the tags of wheels see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

Python = tuple[int, int]
PYTHONS: tuple[Python, ...] = ((3, 11), (3, 12), (3, 13), (3, 14))


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """An operating system on a processor, with the platform tags of the wheels that it takes."""

    sys_platform: str
    system: str
    machine: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A Python on a platform."""

    python: Python
    platform: Platform

    def __str__(self) -> str:
        return f"Python {self.version} on {self.platform.system} {self.platform.machine}"

    @property
    def version(self) -> str:
        """Return the Python as two numbers."""
        return "{}.{}".format(*self.python)

    def meets(self, marker: Marker | None, extra: str = "") -> bool:
        """Return whether a requirement with this marker counts here."""
        return marker is None or marker.evaluate({**self._environment(), "extra": extra})

    def takes(self, wheel: str) -> bool:
        """Return whether a wheel of this file name can be installed here."""
        return not _tags(self).isdisjoint(parse_wheel_filename(wheel)[3])

    def _environment(self) -> Mapping[str, str]:
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.version}.0",
            "os_name": "posix",
            "platform_machine": self.platform.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.platform.system,
            "platform_version": "",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": self.platform.sys_platform,
        }


@cache
def _tags(target: Target) -> frozenset[Tag]:
    abi, platforms = "cp{}{}".format(*target.python), target.platform.tags
    own, shared = cpython_tags(target.python, [abi], platforms), compatible_tags(target.python, abi, platforms)
    return frozenset([*own, *shared])


def _linux(machine: str, tags: tuple[str, ...]) -> Platform:
    return Platform(sys_platform="linux", system="Linux", machine=machine, tags=tags)


def _manylinux(machine: str) -> Platform:
    # glibc 2.28 is in Debian 10, RHEL 8 and what followed; numpy's wheels ask for 2.27.
    dated = tuple(f"{name}_{machine}" for name in ("manylinux2014", "manylinux2010", "manylinux1"))
    return _linux(machine, (*(f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)), *dated))


_MACOS = Platform(
    sys_platform="darwin", system="Darwin", machine="arm64", tags=tuple(mac_platforms(version=(12, 0), arch="arm64"))
)


def _on(*platforms: Platform, pythons: tuple[Python, ...] = PYTHONS) -> tuple[Target, ...]:
    return tuple(Target(python=python, platform=platform) for platform in platforms for python in pythons)


LINUX = _on(_manylinux("x86_64"), _manylinux("aarch64"))
LINUX_AND_MACOS = (*LINUX, *_on(_MACOS))
RUNTIMES = _on(_manylinux("x86_64"), _manylinux("aarch64"), pythons=((3, 9), (3, 10), *PYTHONS))
"""Every Python that Lambda runs: functions are rehearsed on those that the machine has."""
LAMBDA = (Target(python=(3, 13), platform=_linux("aarch64", ("manylinux2014_aarch64",))),)
"""What hooks/Makefile asks pip for."""
