"""The JSON Schema of a policy, made from the parser's own table. Rules over several values are the parser's alone."""

from __future__ import annotations

import json
from functools import singledispatch
from itertools import combinations
from typing import Any

from warmgate.policy.event_fields import FIELDS
from warmgate.policy.event_values import JsonList, JsonObject, Texts
from warmgate.policy.kinds import Flag, Kind, Measure, Number, RatioOf, Text, Whole, Word
from warmgate.policy.payloads import JsonValue
from warmgate.policy.percentiles import PERCENTILE, OnePercentile, Percentiles
from warmgate.policy.sections import Listed, Section
from warmgate.policy.spec import POLICY

DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = "urn:warmgate:policy"
"""What tools know the schema by; a name, no address, so that nothing is fetched."""


def policy_schema() -> dict[str, Any]:
    """Return the schema of a whole policy."""
    return {"$schema": DIALECT, "$id": IDENTITY, "title": "Warmgate policy", **schema_of(POLICY)}


def schema_text() -> str:
    """Return the schema as it is stored."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


@singledispatch
def schema_of(kind: Kind) -> dict[str, Any]:
    """Return the schema of a kind of value."""
    raise NotImplementedError(f"no schema for {type(kind).__name__}")


@schema_of.register
def _(kind: Measure) -> dict[str, Any]:
    word = f"|{kind.none_word}" if kind.none_word else ""
    return {"type": "string", "pattern": f"^(?:{kind.unit.pattern}{word})$"}


@schema_of.register
def _(kind: RatioOf) -> dict[str, Any]:
    return schema_of(kind.ratio)


@schema_of.register
def _(kind: Whole) -> dict[str, Any]:
    return {"type": "integer", "minimum": kind.least, "maximum": kind.most}


@schema_of.register
def _(kind: Number) -> dict[str, Any]:
    return {"type": "number", "exclusiveMinimum": kind.above, "maximum": kind.most}


@schema_of.register
def _(kind: Word) -> dict[str, Any]:
    return {"enum": [str(word) for word in kind.words]}


@schema_of.register
def _(_kind: Flag) -> dict[str, Any]:
    return {"type": "boolean"}


@schema_of.register
def _(kind: Text) -> dict[str, Any]:
    return {"type": "string", "maxLength": kind.most, "pattern": f"^(?:{kind.pattern})$"}


@schema_of.register
def _(_kind: JsonValue) -> dict[str, Any]:
    return {}


@schema_of.register
def _(_kind: JsonObject) -> dict[str, Any]:
    return {"type": "object"}


@schema_of.register
def _(kind: JsonList) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": kind.most}


@schema_of.register
def _(_kind: Texts) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


@schema_of.register
def _(kind: Percentiles) -> dict[str, Any]:
    return {**_percentile_map(kind.limit), "minProperties": 1}


@schema_of.register
def _(kind: OnePercentile) -> dict[str, Any]:
    return {**_percentile_map(kind.ratio), "minProperties": 1, "maxProperties": 1}


def _percentile_map(limit: Measure) -> dict[str, Any]:
    return {
        "type": "object",
        "patternProperties": {f"^(?:{PERCENTILE})$": {"description": limit.expected, **schema_of(limit)}},
        "additionalProperties": False,
    }


@schema_of.register
def _(kind: Listed) -> dict[str, Any]:
    return {"type": "array", "maxItems": kind.most, "items": schema_of(kind.item)}


@schema_of.register
def _(kind: Section) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {key.name: {"description": key.text, **schema_of(key.kind)} for key in kind.keys},
        "additionalProperties": False,
    }
    required = [key.name for key in kind.keys if key.required]
    if required:
        schema["required"] = required
    if kind.one_of:
        schema["not"] = {"anyOf": [{"required": list(pair)} for pair in combinations(kind.one_of, 2)]}
    if "event" in schema["properties"]:
        schema["dependentSchemas"] = {
            name: {"properties": {"event": {"enum": [str(kind) for kind in kinds]}}, "required": ["event"]}
            for name, (kinds, _) in FIELDS.items()
        }
    if kind.not_empty:
        schema["minProperties"] = 1
    return schema
