"""Who called what in a rehearsal, and whether the template's roles allow exactly that."""

from rehearsal.permissions.audit import Audit, allows, audit
from rehearsal.permissions.calls import ApiCall
from rehearsal.permissions.grants import Grant, grants_of
from rehearsal.permissions.template import Names, parse_template, read_template, resolve

__all__ = [
    "ApiCall",
    "Audit",
    "Grant",
    "Names",
    "allows",
    "audit",
    "grants_of",
    "parse_template",
    "read_template",
    "resolve",
]
