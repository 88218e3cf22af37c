"""Modules and values that are loaded once: at first use on demand, in init where no caller waits for it."""

from __future__ import annotations

import importlib
import os
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

EAGER = ("provisioned-concurrency", "snap-start", "lambda-managed-instances")
"""AWS_LAMBDA_INITIALIZATION_TYPE where init comes before any caller: what is loaded there keeps nobody waiting."""
SNAP_START = "snap-start"
_JOINS = ("init_end", "first_use")
_items: list[_Item[Any]] = []
_modules: dict[str, _Module] = {}
_own = object.__getattribute__


def eager() -> bool:
    """Return whether all is loaded in init: by WARMGATE_READY (eager or lazy), else by how Lambda initialises."""
    asked = os.environ.get("WARMGATE_READY", "").strip().lower()
    if asked in ("eager", "lazy"):
        return asked == "eager"
    return _init_type() in EAGER


def _init_type() -> str:
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")


class _Item(Generic[T]):
    """Something that is loaded once, however many threads ask; an error is raised where it is used, and not kept."""

    def __init__(self, name: str, load: Callable[[], T], refresh_after: float | None = None) -> None:
        self.name = name
        self._load = load
        self._refresh_after = refresh_after
        self._value: T | None = None
        self._loaded_at: float | None = None
        self._awaited = False
        self.forked()
        _items.append(self)

    def forked(self) -> None:
        """Start anew in a child process: the thread that held the lock is not there, nor is what it was loading."""
        self._lock = threading.Lock()
        self._loading_in: int | None = None
        self._thread: threading.Thread | None = None

    def get(self, phase: str = "first_use") -> T:
        """Return the value, loaded now where it is not there or too old; raises what its loader raises."""
        return self._value if self._is_fresh() else self._loaded(phase)  # type: ignore[return-value]

    def _is_fresh(self) -> bool:
        # Wall clock: a monotonic one need not move while a snapshot waits.
        at, longest = self._loaded_at, self._refresh_after
        return at is not None and (longest is None or time.time() - at < longest)

    def _loaded(self, phase: str) -> T:
        me = threading.get_ident()
        if self._loading_in == me:
            raise RuntimeError(f"the loader of {self.name} uses {self.name} itself")
        with self._lock:
            if not self._is_fresh():
                self._loading_in, began = me, time.perf_counter()
                try:
                    self._value = self._load()
                finally:
                    self._loading_in = None
                self._loaded_at = time.time()
                _log(self.name, began, phase)
            return self._value  # type: ignore[return-value]

    def try_to_load(self, phase: str) -> Exception | None:
        """Load it where nobody uses it yet; return what went wrong, which the first use meets itself if it lasts."""
        began = time.perf_counter()
        try:
            self.get(phase)
        except Exception as error:  # noqa: BLE001 - whatever a loader raises
            _log(self.name, began, phase, type(error).__name__)
            return error
        return None

    def start(self, *, awaited: bool) -> None:
        """Load it in a thread."""
        self._awaited = awaited
        self._thread = threading.Thread(
            target=self.try_to_load, args=("background",), name=f"warmgate_ready {self.name}", daemon=True
        )
        self._thread.start()

    def join(self) -> None:
        """Wait for the thread that was to be done by the end of init."""
        if self._thread is not None and self._awaited:
            self._thread.join()

    def renew(self) -> None:
        """Load it anew after a restore, which its snapshot made old; the first use tries again where that fails."""
        self._loaded_at = None
        self.try_to_load("restore")


class _Import(_Item[ModuleType]):
    """A module: the import system loads it once, and knows of imports that wait for each other, so no lock is held."""

    def _loaded(self, phase: str) -> ModuleType:
        began = time.perf_counter()
        found = self._load()
        # One that is still being imported, by this very thread, may yet fail.
        if not getattr(getattr(found, "__spec__", None), "_initializing", False):
            with self._lock:
                if self._loaded_at is None:
                    self._value, self._loaded_at = found, time.time()
                    _log(self.name, began, phase)
        return found


class _Module(ModuleType):
    """Stands for a module until something is asked of it, and passes on everything that is."""

    def __init__(self, name: str, package: str | None) -> None:
        super().__init__(name)
        own = _own(self, "__dict__")
        own["_path"] = (name, package)
        own["_item"] = _Import(name, lambda: importlib.import_module(name, package))

    def __getattribute__(self, name: str) -> Any:
        if name in ("__class__", "__reduce_ex__"):
            return _own(self, name)
        return getattr(_own(self, "_item").get(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_own(self, "_item").get(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_own(self, "_item").get(), name)

    def __dir__(self) -> list[str]:
        return dir(_own(self, "_item").get())

    def __repr__(self) -> str:
        return f"<deferred module {_own(self, '_item').name!r}>"

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        return module, _own(self, "_path")


class Value(Generic[T]):
    """A value that is loaded at its first call, and given by every call."""

    def __init__(self, item: _Item[T], made_of: tuple[Callable[[], T], dict[str, Any]]) -> None:
        self._item = item
        self._made_of = made_of

    def __call__(self) -> T:
        """Return the value; raises what its loader raises, and the next call tries again."""
        return self._item.get()

    def __repr__(self) -> str:
        return f"<deferred value {self._item.name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, self._made_of


def module(name: str, package: str | None = None) -> Any:
    """Return a module that is imported when something is first asked of it; in init where no caller waits.

    Args:
        name: as `import` takes it; with dots in front where it is relative.
        package: what a relative name is relative to, `__package__` as a rule.
    """
    known = f"{package or ''} {name}"
    if known not in _modules:
        _modules[known] = _Module(name, package)
        if eager():
            _own(_modules[known], "_item").try_to_load("init")
    return _modules[known]


def value(
    loader: Callable[[], T],
    *,
    start: bool = False,
    join: Literal["init_end", "first_use"] = "init_end",
    refresh_after: float | None = None,
    name: str | None = None,
    renew_after_restore: bool = False,
) -> Value[T]:
    """Return a value whose call gives what a loader returned; in init it is loaded where no caller waits.

    Args:
        loader: called once, and again after an error; it must not use what waits for the value.
        start: whether it begins at once in a thread, so that waiting overlaps with what else init does.
        join: whether `join()` waits for that thread: `init_end` does, `first_use` lets it run on (and freeze).
        refresh_after: seconds after which the next call loads it anew, for what grows old as connections do.
        name: in log lines; else the loader's.
        renew_after_restore: whether SnapStart's copies each need one of their own; loaded anew after each restore.
    """
    if join not in _JOINS:
        raise ValueError(f"join: found {join!r}, expected init_end or first_use")
    options: dict[str, Any] = {"start": start, "join": join, "refresh_after": refresh_after}
    options.update(name=name, renew_after_restore=renew_after_restore)
    item = _Item(name or str(getattr(loader, "__qualname__", loader)), loader, refresh_after)
    if eager():
        if not renew_after_restore or _init_type() != SNAP_START or _renews(item):
            item.try_to_load("init")
    elif start:
        item.start(awaited=join == "init_end")
    return Value(item, (loader, options))


def _again(loader: Callable[[], T], options: dict[str, Any]) -> Value[T]:
    return value(loader, **options)


def _renews(item: _Item[Any]) -> bool:
    """Have an item loaded anew after each restore; without the runtime's hooks it is left to its first use."""
    try:
        hooks = importlib.import_module("snapshot_restore_py")
    except ImportError:
        return False
    hooks.register_after_restore(item.renew)
    return True


def join() -> None:
    """Wait for what was started to be done by the end of init: the last line of a module that has no `@warmable`."""
    for item in _items[:]:
        item.join()


def load_all(phase: str) -> dict[str, Exception]:
    """Load everything that was declared, and return what went wrong by name."""
    tried = [(item.name, item.try_to_load(phase)) for item in _items[:]]
    return {name: error for name, error in tried if error is not None}


def ready() -> None:
    """Load everything that was declared; raises the first error after all have been tried."""
    for error in load_all("ready").values():
        raise error


def _log(name: str, began: float, phase: str, error: str = "") -> None:
    if os.environ.get("WARMGATE_READY_LOG") != "0":
        import json

        took = round((time.perf_counter() - began) * 1000, 1)
        said = {"name": name, "ms": took, "phase": phase, **({"error": error} if error else {})}
        print(json.dumps({"warmgate_ready": said}), flush=True)


def _forked() -> None:
    for item in _items:
        item.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
