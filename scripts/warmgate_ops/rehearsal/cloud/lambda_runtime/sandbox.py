"""What an environment finds of this machine: AWS's folders, read-only, a /tmp of its own, and nothing else.

A process that takes a namespace of users may have mounts of its own, so no rights and no tool are needed. The emulator
is inside as well: what a function left in /tmp outlives a runtime that crashed, as on Lambda.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import platform
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TASK, LAYERS, EMULATOR = "/var/task", "/opt", "/var/rapid/aws-lambda-rie"
USER = 993
"""The user and group that Lambda runs functions as, by name sbx_user1051."""
_NEW_USER, _NEW_MOUNTS, _NEW_NETWORK = 0x10000000, 0x00020000, 0x40000000
_SET_FLAGS, _UP = 0x8914, 0x1
_BIND, _RECURSIVE, _PRIVATE, _DETACH = 0x1000, 0x4000, 0x40000, 0x2
_AT_CWD, _AT_RECURSIVE, _READ_ONLY = -100, 0x8000, 0x1
_MOUNT_SETATTR = 442
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}.get(platform.machine())
_PROGRAMS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SETTINGS = ("resolv.conf", "hosts", "nsswitch.conf", "ld.so.cache", "ssl/certs", "pki/tls", "alternatives")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_ACCOUNTS = {
    "passwd": f"root:x:0:0::/root:/sbin/nologin\nsbx_user1051:x:{USER}:{USER}::/home/sbx_user1051:/sbin/nologin\n",
    "group": f"root:x:0:\nsbx_user1051:x:{USER}:\n",
}
_ASK = f"! test -w {TASK} && test -w /tmp && ! test -e /dev/shm"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A folder with the places of all mounts, and what is mounted there; `enter` shows a process nothing else."""

    root: Path
    mounts: tuple[tuple[str, str], ...]
    """What is mounted, and where below the root."""
    tmp_mb: int
    offline: bool = False
    """Whether its only network is a loopback interface of its own."""

    def enter(self) -> None:
        """Take this process, and all that it starts, into the sandbox; raises OSError where the kernel refuses."""
        libc, user, group = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
        _done(libc.unshare(_NEW_USER | _NEW_MOUNTS | (_NEW_NETWORK if self.offline else 0)))
        texts = {"uid_map": f"{USER} {user} 1", "setgroups": "deny", "gid_map": f"{USER} {group} 1"}
        for name, text in texts.items():
            Path("/proc/self", name).write_text(text)
        if self.offline:
            _raise_loopback()
        root = os.fsencode(self.root)
        _done(libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None))
        _done(libc.mount(root, root, None, _BIND, None))
        for source, place in self.mounts:
            _done(libc.mount(os.fsencode(source), root + os.fsencode(place), None, _BIND | _RECURSIVE, None))
        attributes = (ctypes.c_uint64 * 4)(_READ_ONLY, 0, 0, 0)
        _done(libc.syscall(_MOUNT_SETATTR, _AT_CWD, root, _AT_RECURSIVE, attributes, ctypes.sizeof(attributes)))
        _done(libc.mount(b"none", root + b"/tmp", b"tmpfs", 0, f"mode=700,size={self.tmp_mb}m".encode()))
        os.chdir(self.root)
        _done(libc.syscall(_PIVOT_ROOT, b".", b"."))
        _done(libc.umount2(b".", _DETACH))
        os.chdir(TASK)


def _raise_loopback() -> None:
    """Let processes of a new namespace reach each other: its loopback interface is down at first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        fcntl.ioctl(asked, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))


def sandbox_at(folder: Path, mounted: Mapping[str, Path], tmp_mb: int, *, offline: bool = False) -> Sandbox:
    """Return a sandbox that shows what is mounted at AWS's paths; its places are made below a folder."""
    mounts = tuple((str(Path(source).resolve()), place) for place, source in _shown(mounted).items())
    root = folder / hashlib.sha256(repr(mounts).encode()).hexdigest()[:16]
    if not (root / "tmp").is_dir():
        _prepare(root, mounts)
    return Sandbox(root, mounts, tmp_mb, offline)


def _shown(mounted: Mapping[str, Path]) -> dict[str, Path]:
    """Return all that is mounted, outer folders first."""
    found = {"/usr": Path("/usr"), "/proc": Path("/proc"), **mounted}
    for name in _PROGRAMS:
        if Path("/", name).is_dir() and not Path("/", name).is_symlink():
            found[f"/{name}"] = Path("/", name)
    found |= {f"/etc/{name}": Path("/etc", name) for name in _SETTINGS if Path("/etc", name).exists()}
    found |= {f"/dev/{name}": Path("/dev", name) for name in _DEVICES}
    return dict(sorted(found.items(), key=lambda each: each[0].count("/")))


def _prepare(root: Path, mounts: tuple[tuple[str, str], ...]) -> None:
    for source, place in mounts:
        inside = root / place.lstrip("/")
        # What lies within another mount is there already, or cannot be mounted.
        if Path(source).is_dir():
            inside.mkdir(parents=True, exist_ok=True)
        else:
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.touch()
    for name in _PROGRAMS:
        outside = Path("/", name)
        if outside.is_symlink() and not (root / name).is_symlink():
            (root / name).symlink_to(outside.readlink())
    for name, target in {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}.items():
        (root / "dev" / name).unlink(missing_ok=True)
        (root / "dev" / name).symlink_to(f"/proc/self/fd{target}")
    for name, text in _ACCOUNTS.items():
        (root / "etc" / name).write_text(text)
    (root / "tmp").mkdir(exist_ok=True)


@lru_cache(maxsize=2)
def isolates(*, offline: bool = False) -> bool:
    """Return whether this machine lets an environment have a sandbox, or one without a network."""
    if sys.platform != "linux" or _PIVOT_ROOT is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        task, layers = Path(folder, "task"), Path(folder, "layers")
        task.mkdir()
        layers.mkdir()
        tried = sandbox_at(Path(folder, "root"), {TASK: task, LAYERS: layers}, 1, offline=offline)
        try:
            asked = subprocess.run(["/bin/sh", "-c", _ASK], preexec_fn=tried.enter, timeout=30, check=False)
        except (OSError, subprocess.SubprocessError):
            return False
        return asked.returncode == 0


def unlike_lambda() -> tuple[str, ...]:
    """Return what functions find on this machine that they do not find on Lambda, a line each."""
    if isolates():
        return ()
    return (
        "functions are NOT ISOLATED here: they need Linux 5.12 that lets users have namespaces",
        "their code folder can be written, /tmp and /dev/shm are this machine's, and all of its files are seen",
    )


def _done(code: int) -> None:
    if code != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
