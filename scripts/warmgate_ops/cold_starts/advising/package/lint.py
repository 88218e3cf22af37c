"""What a module does at import that a snapshot would freeze, and the SDK clients that it makes there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from warmgate_ops.cold_starts.advising.package.imports import at_import


class Kind(StrEnum):
    """What restored environments would share, or find stale."""

    UNIQUE = "unique value"
    SEED = "random seed"
    TIME = "time"
    CONNECTION = "connection"
    CREDENTIALS = "credentials"
    CLIENT = "SDK client"


WHY: Mapping[Kind, str] = {
    Kind.UNIQUE: "every restored environment has the same value: make it in the handler, or in an after-restore hook",
    Kind.SEED: "every restored environment draws the same numbers: seed in the handler, or in an after-restore hook",
    Kind.TIME: "it is the time of the snapshot: read it in the handler",
    Kind.CONNECTION: "its other end is gone after the restore: connect in the handler, or in an after-restore hook",
    Kind.CREDENTIALS: "they expire while the snapshot is kept: read them when they are used",
    Kind.CLIENT: "its pooled connections are re-made by itself, and its credentials renewed",
}
_CALLS: Mapping[str, Kind] = {
    **dict.fromkeys(("uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "secrets.token_hex"), Kind.UNIQUE),
    **dict.fromkeys(("secrets.token_bytes", "secrets.token_urlsafe", "secrets.choice", "os.urandom"), Kind.UNIQUE),
    **dict.fromkeys(("secrets.randbelow", "secrets.randbits", "socket.gethostname", "os.getpid"), Kind.UNIQUE),
    **dict.fromkeys(("random.random", "random.randint", "random.choice", "random.getrandbits"), Kind.UNIQUE),
    **dict.fromkeys(("random.uniform", "random.sample", "random.choices", "random.randrange"), Kind.UNIQUE),
    **dict.fromkeys(("random.seed", "random.Random", "numpy.random.seed", "numpy.random.default_rng"), Kind.SEED),
    **dict.fromkeys(("numpy.random.RandomState", "torch.manual_seed", "random.SystemRandom.seed"), Kind.SEED),
    **dict.fromkeys(("time.time", "time.time_ns", "time.monotonic", "time.perf_counter"), Kind.TIME),
    **dict.fromkeys(("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"), Kind.TIME),
    **dict.fromkeys(
        ("socket.socket", "socket.create_connection", "psycopg2.connect", "psycopg.connect"), Kind.CONNECTION
    ),
    **dict.fromkeys(("pymysql.connect", "mysql.connector.connect", "pymongo.MongoClient"), Kind.CONNECTION),
    **dict.fromkeys(
        ("redis.Redis", "redis.StrictRedis", "redis.from_url", "http.client.HTTPSConnection"), Kind.CONNECTION
    ),
    **dict.fromkeys(("pyodbc.connect", "sqlalchemy.create_engine", "kafka.KafkaProducer"), Kind.CONNECTION),
    **dict.fromkeys(("boto3.client", "boto3.resource"), Kind.CLIENT),
}
_ENDINGS: Mapping[str, Kind] = {
    "get_credentials": Kind.CREDENTIALS,
    "get_frozen_credentials": Kind.CREDENTIALS,
    "assume_role": Kind.CREDENTIALS,
    "get_session_token": Kind.CREDENTIALS,
    "generate_db_auth_token": Kind.CREDENTIALS,
    "generate_presigned_url": Kind.CREDENTIALS,
}
"""Methods, whatever they are called on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtImport:
    """A call that runs when a module is imported."""

    file: str
    line: int
    call: str
    kind: Kind

    def __str__(self) -> str:
        """Return place, call and what it means."""
        return f"{self.file}:{self.line} {self.call}(): {self.kind.value}; {WHY[self.kind]}"


def found_at_import(file: str, tree: ast.Module) -> Iterator[AtImport]:
    """Yield the calls at import of one module that a snapshot would freeze, and its SDK clients."""
    names = _names(tree)
    for node in at_import(tree):
        if isinstance(node, ast.Call):
            written = _dotted(node.func)
            kind = _kind_of(_resolved(written, names), names)
            if kind is not None:
                yield AtImport(file=file, line=node.lineno, call=written, kind=kind)


def _kind_of(call: str, names: Mapping[str, str]) -> Kind | None:
    if call in _CALLS:
        return _CALLS[call]
    last = call.rpartition(".")[2]
    if last in _ENDINGS and "." in call:
        return _ENDINGS[last]
    is_session = (
        last in {"client", "resource"} and "." in call and names.get(call.split(".", maxsplit=1)[0]) == "(session)"
    )
    return Kind.CLIENT if is_session or call in {"boto3.Session.client", "boto3.session.Session.client"} else None


def _names(tree: ast.Module) -> dict[str, str]:
    """Return what names of a module stand for: imported things, and boto3 sessions."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = _resolved(_dotted(node.value.func), found)
            if made in {"boto3.Session", "boto3.session.Session"}:
                found |= {target.id: "(session)" for target in node.targets if isinstance(target, ast.Name)}
    return found


def _resolved(written: str, names: Mapping[str, str]) -> str:
    first, dot, rest = written.partition(".")
    known = names.get(first)
    if known is None:
        return f"?{dot}{rest}"  # no module: a name of the module's own, whatever it is called
    return written if known == "(session)" else f"{known}{dot}{rest}"


def _dotted(node: ast.expr) -> str:
    """Return a dotted name; of a call on a call, as `boto3.Session().client`, the name without the brackets."""
    parts: list[str] = []
    found: ast.expr = node
    while not isinstance(found, ast.Name):
        if isinstance(found, ast.Attribute):
            parts.append(found.attr)
            found = found.value
        elif isinstance(found, ast.Call):
            found = found.func
        else:
            return ".".join(["?", *parts[::-1]]) if parts else ""
    return ".".join([found.id, *parts[::-1]])
