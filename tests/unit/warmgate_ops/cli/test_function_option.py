"""The option --function takes a name or an ARN of the account and region that are asked, and nothing else silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.canned import Canned, canned_endpoint, refused, said
from unit.warmgate_ops.cli.commands import KEYS, warmgate
from unit.warmgate_ops.cli.stub_lambda import answer, lambda_endpoint
from warmgate.adapters.sdk import Clients
from warmgate.errors import SettingsError
from warmgate_ops.cli.function_option import function_in
from warmgate_ops.cli.main import app

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:checkout-api"
DESCRIBED = "/2015-03-31/functions/checkout-api/configuration"


@pytest.fixture(name="endpoint")
def _endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canned]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with canned_endpoint() as canned:
        canned.answers = {DESCRIBED: [said({"FunctionArn": ARN})]}
        yield canned


@pytest.mark.parametrize("text", ["checkout-api", ARN, "123456789012:function:checkout-api"])
def test_each_way_to_name_a_function_gives_its_name(endpoint: Canned, text: str) -> None:
    """What follows asks, matches and reports by the name."""
    assert function_in(text, Clients(endpoint.url, "eu-central-1")) == "checkout-api"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ARN.replace("eu-central-1", "us-east-1"), "in region us-east-1, expected one in region eu-central-1"),
        (ARN.replace("123456789012", "210987654321"), "in account 210987654321, expected one in region eu-c"),
        (f"{ARN}:live", "remove :live: alias and versions have options of their own"),
        ("checkout-api:7", "remove :7"),
        ("arn:aws:sns:eu-central-1:123456789012:topic", "expected the name or ARN of a function"),
    ],
)
def test_what_is_no_function_here_is_refused(endpoint: Canned, text: str, told: str) -> None:
    """A function of the same name in the account that is asked would be judged in its place."""
    with pytest.raises(SettingsError) as caught:
        function_in(text, Clients(endpoint.url, "eu-central-1"))

    assert told in str(caught.value)


def test_an_account_that_says_nothing_is_asked_by_what_follows(endpoint: Canned) -> None:
    """Where the function cannot be described, the command's own look-up tells why."""
    endpoint.answers = {DESCRIBED: [refused("AccessDeniedException", 403)]}

    assert function_in(ARN, Clients(endpoint.url, "eu-central-1")) == "checkout-api"


def test_an_appspec_is_written_by_name() -> None:
    """An ARN is read, and a qualifier refused."""
    line = ["appspec", "new", "--alias", "live", "--from", "6", "--to", "7", "--function"]

    written, refusal = CliRunner().invoke(app, [*line, ARN]), CliRunner().invoke(app, [*line, f"{ARN}:live"])

    assert "Name: checkout-api\n" in written.stdout
    assert (refusal.exit_code, "remove :live" in refusal.stderr) == (2, True)


@pytest.mark.slow
def test_check_refuses_an_arn_of_another_region_as_wrong_usage(tmp_path: Path) -> None:
    """Exit code 2 and one line, before anything is called."""
    (tmp_path / "policy.yaml").write_text("policy: a\n")
    with lambda_endpoint(lambda request: answer(request, 500, {})) as endpoint:
        line = ["check", "--candidate", "7", "--policy", "policy.yaml", "--endpoint-url", endpoint, "--function"]
        done = warmgate(*line, ARN.replace("eu-central-1", "us-east-1"), folder=tmp_path, **KEYS)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--region" in done.stderr
