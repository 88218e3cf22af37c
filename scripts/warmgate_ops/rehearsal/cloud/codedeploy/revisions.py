"""Where an AppSpec is: revision locations as values, read from requests and written without their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_structure, read_word

INVALID = "InvalidRevisionException"


class RevisionKind(StrEnum):
    """The revision types of CodeDeploy."""

    S3 = "S3"
    GITHUB = "GitHub"
    STRING = "String"
    APPSPEC_CONTENT = "AppSpecContent"


MEMBER = {RevisionKind.STRING: "string", RevisionKind.APPSPEC_CONTENT: "appSpecContent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A revision: the digest of a text, or the place of an S3 object. Equal locations are one revision."""

    kind: RevisionKind
    sha256: str = ""
    bucket: str = ""
    key: str = ""
    bundle: str = ""
    version: str = ""
    etag: str = ""

    def as_wire(self, content: str | None = None) -> Body:
        """Return CodeDeploy's structure; the content stands in it only where it is given."""
        if self.kind is RevisionKind.S3:
            found = {"bucket": self.bucket, "key": self.key, "bundleType": self.bundle}
            found |= {name: word for name, word in (("version", self.version), ("eTag", self.etag)) if word}
            return {"revisionType": self.kind.value, "s3Location": found}
        text = {"sha256": self.sha256} if content is None else {"content": content, "sha256": self.sha256}
        return {"revisionType": self.kind.value, MEMBER[self.kind]: text}


def text_location(content: str, kind: RevisionKind = RevisionKind.STRING) -> Location:
    """Return the location of a text that is its own revision."""
    return Location(kind=kind, sha256=hashlib.sha256(content.encode()).hexdigest())


def read_revision(body: Body) -> tuple[Location, str | None]:
    """Return the required revision of a request, with its content where the request holds it."""
    found = read_structure(body, "revision", INVALID)
    if not found:
        raise Refusal("RevisionRequiredException", "revision is required: found nothing")
    return read_location(found)


def read_location(found: Body) -> tuple[Location, str | None]:
    """Return a revision location, with its content where it is written down."""
    kind = read_word(found.get("revisionType"), RevisionKind, INVALID, "revision.revisionType")
    if kind is RevisionKind.GITHUB:
        raise Refusal(INVALID, "revision.revisionType: found GitHub, expected S3, String or AppSpecContent for Lambda")
    if kind is RevisionKind.S3:
        return _read_s3(read_structure(found, "s3Location", INVALID) or {}), None
    member = MEMBER[kind]
    text = read_structure(found, member, INVALID) or {}
    content, claimed = text.get("content"), str(text.get("sha256") or "")
    if not content:
        if not claimed:
            raise Refusal(INVALID, f"revision.{member}: found neither content nor sha256, give the content")
        return Location(kind=kind, sha256=claimed), None
    if not isinstance(content, str):
        raise Refusal(INVALID, f"revision.{member}.content: found {type(content).__name__}, expected text")
    location = text_location(content, kind)
    if claimed and claimed != location.sha256:
        raise Refusal(
            INVALID,
            f"revision.{member}.sha256: found {claimed}, expected {location.sha256}, the digest of the content",
        )
    return location, content


def _read_s3(found: Body) -> Location:
    words = {name: str(found.get(name) or "") for name in ("bucket", "key", "bundleType", "version", "eTag")}
    if not words["bucket"] or not words["key"]:
        raise Refusal(INVALID, f"revision.s3Location: found {found}, expected a bucket and a key")
    if words["bundleType"] not in {"YAML", "JSON"}:
        raise Refusal(INVALID, f"BundleType must be either YAML or JSON: found {words['bundleType']!r}")
    return Location(
        kind=RevisionKind.S3,
        bucket=words["bucket"],
        key=words["key"],
        bundle=words["bundleType"],
        version=words["version"],
        etag=words["eTag"],
    )
