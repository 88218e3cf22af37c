"""What was found as one JSON document. Pure."""

from __future__ import annotations

from typing import Any

from warmgate_ops.cold_starts.importing.differences import Row, Times
from warmgate_ops.cold_starts.importing.finding import Detail, Findings, Side

SCHEMA_VERSION = 1


def document_of(findings: Findings) -> dict[str, Any]:
    """Return all that was found; milliseconds of this machine."""
    table = findings.table
    return {
        "schema_version": SCHEMA_VERSION,
        "old": _side(findings.old, table.old_init, table.old_runtime),
        "new": _side(findings.new, table.new_init, table.new_runtime),
        "difference_ms": _rounded(table.difference_ms),
        "slower": table.is_slower,
        "over_noise": table.over_noise,
        "rows": [_row(row, findings) for row in table.rows],
        "runtime_ms": _rounded(table.runtime_ms),
        "notes": list(findings.notes),
    }


def _side(side: Side | None, init: Times, runtime: Times) -> dict[str, Any] | None:
    if side is None:
        return None
    agrees = side.agrees
    return {
        "label": side.label,
        "first_init_ms": _rounded(side.first_ms),
        "init_ms": _rounded(init.typical),
        "init_each_ms": [_rounded(each) for each in init.each],
        "in_figures": list(init.kept),
        "runtime_ms": _rounded(runtime.typical),
        "importtime": None
        if agrees is None
        else {"modules": agrees.modules, "share": round(agrees.share, 3), "missing": list(agrees.missing)},
        "imported_in_call": [
            {"kind": origin.kind.value, "name": origin.unit, "ms": _rounded(ms)} for origin, ms in side.late
        ],
    }


def _row(row: Row, findings: Findings) -> dict[str, Any]:
    detail = findings.details.get(row.origin, Detail())
    old, new = findings.versions(row)
    importer = detail.importer or row.importer
    return {
        "kind": row.origin.kind.value,
        "name": row.origin.unit,
        "change": row.change.value,
        "old_version": old or None,
        "new_version": new or None,
        "old_ms": _rounded(row.old.typical),
        "new_ms": _rounded(row.new.typical),
        "difference_ms": _rounded(row.difference_ms),
        "spread_ms": [_rounded(row.old.spread), _rounded(row.new.spread)],
        "over_noise": row.over_noise,
        "with": [each.unit for each in row.carried],
        "in_thread": row.thread,
        "imported_by": None
        if importer is None
        else {"file": importer.file, "line": importer.line, "through": importer.via},
        "statement": None
        if detail.statement is None
        else {"file": detail.file, "line": detail.statement.line, "text": detail.statement.text},
        "used": None
        if detail.use is None
        else {
            "at_module_level_line": detail.use.at_module_level or None,
            "inside": list(detail.use.inside),
            "functions": detail.use.functions,
            "can_be_deferred": detail.use.can_wait,
        },
    }


def _rounded(ms: float) -> float:
    return round(ms, 2)
