"""The template grants the webhook's secret to the controller where one is named, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.permissions import grants_of, read_template
from support.permissions.installed import installed_names

TEMPLATE = read_template(Path(__file__).parents[4] / "template.yaml")
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:warmgate/chat-AbCdEf"
ROLES = ("BeforeAllowTrafficRole", "AfterAllowTrafficRole", "TrafficGuardRole", "RollbackControllerRole")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("secret", ["", SECRET], ids=["no chat", "a chat"])
def test_only_the_controller_reads_the_secret_that_is_named(role: str, secret: str) -> None:
    """One action on one secret; off by default."""
    names = installed_names(TEMPLATE, "reports", **({"WebhookSecretArn": secret} if secret else {}))
    found = [grant for grant in grants_of(TEMPLATE, role, names) if grant.action.startswith("secretsmanager:")]

    wanted = role == "RollbackControllerRole" and bool(secret)
    assert [grant.action for grant in found] == (["secretsmanager:GetSecretValue"] if wanted else [])
    assert all(secret in str(grant) for grant in found)


def test_only_those_who_tell_people_are_told_of_it() -> None:
    """No other function has the secret's name in its environment."""
    told = [
        name
        for name, resource in TEMPLATE["Resources"].items()
        if "WARMGATE_WEBHOOK_SECRET" in str(resource.get("Properties", {}).get("Environment"))
    ]

    assert told == ["RollbackController", "Bake", "ColdStarts"]
    assert "WEBHOOK" not in str(TEMPLATE["Globals"])
