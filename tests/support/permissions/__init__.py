"""Who called what in a rehearsal, and whether the template's roles allow exactly that."""

from support.permissions.audit import Audit, allows, audit
from support.permissions.grants import Grant, grants_of, grants_of_document
from support.permissions.template import Names, parse_template, read_template, resolve

__all__ = [
    "Audit",
    "Grant",
    "Names",
    "allows",
    "audit",
    "grants_of",
    "grants_of_document",
    "parse_template",
    "read_template",
    "resolve",
]
