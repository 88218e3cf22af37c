"""A revision of CodeDeploy's API in the place of an AppSpec: named as what it is, with the way to its content."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warmgate.appspec.read import parse_appspec
from warmgate.errors import AppSpecError

CONTENT = {"content": '{"version": 0.0, "Resources": []}'}
STORED = {"bucket": "deployments", "key": "appspec.yaml", "bundleType": "YAML"}
TAKE = "pass its content: jq -r .{}.content FILE | warmgate appspec check -"
FETCH = "pass the file that {} names: aws s3 cp s3://BUCKET/KEY - | warmgate appspec check -"


def fault_of(document: Any) -> str:
    """Return the one fault of a document."""
    with pytest.raises(AppSpecError) as caught:
        parse_appspec(json.dumps(document, indent=2), "revision.json")
    (fault,) = caught.value.faults
    return str(fault)


@pytest.mark.parametrize(
    ("document", "name", "fix"),
    [
        ({"revisionType": "AppSpecContent", "appSpecContent": CONTENT}, "appSpecContent", TAKE),
        ({"appSpecContent": CONTENT}, "appSpecContent", TAKE),
        ({"revisionType": "String", "string": CONTENT}, "string", TAKE),
        ({"revisionType": "S3", "s3Location": STORED}, "s3Location", FETCH),
        ({"RevisionType": "S3"}, "s3Location", FETCH),
        (
            {"applicationName": "shop", "revision": {"revisionType": "AppSpecContent", "appSpecContent": CONTENT}},
            "revision.appSpecContent",
            TAKE,
        ),
    ],
)
def test_a_revision_is_named_with_the_way_to_its_content(document: Any, name: str, fix: str) -> None:
    """One fault at the first line, and a command that takes the AppSpec out of it."""
    line = 2
    found = f"found a revision with {name}, expected the AppSpec alone; {fix.format(name)}"

    assert fault_of(document) == f"revision.json:{line} (document): {found}"


@pytest.mark.parametrize(
    "document", [{"string": "a"}, {"revision": "a"}, {"revisionType": "other"}, {"revisionType": []}]
)
def test_what_only_looks_like_a_revision_is_read_as_an_appspec(document: Any) -> None:
    """What is missing is told as ever."""
    with pytest.raises(AppSpecError, match="found no version"):
        parse_appspec(json.dumps(document), "a.json")


def test_an_appspec_with_a_key_of_a_revision_stays_one() -> None:
    """Where resources stand, the document is an AppSpec."""
    with pytest.raises(AppSpecError, match="Resources") as caught:
        parse_appspec(json.dumps({"version": 0.0, "Resources": [], "revisionType": "S3"}), "a.json")

    assert "a revision" not in str(caught.value)
