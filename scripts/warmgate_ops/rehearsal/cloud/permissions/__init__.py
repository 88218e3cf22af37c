"""Who called what in a rehearsal, and whether the template's roles allow exactly that."""

from warmgate_ops.rehearsal.cloud.permissions.audit import Audit, allows, audit
from warmgate_ops.rehearsal.cloud.permissions.calls import ApiCall
from warmgate_ops.rehearsal.cloud.permissions.grants import Grant, grants_of
from warmgate_ops.rehearsal.cloud.permissions.template import Names, parse_template, read_template, resolve

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
