"""The lab of a first run, on functions that run: it answers, and leaves nothing behind."""

from __future__ import annotations

import pytest

from warmgate.adapters.sdk import Clients
from warmgate_ops.cold_starts.first_run.account import PREFIX, AccountLab
from warmgate_ops.cold_starts.first_run.answers import State
from warmgate_ops.cold_starts.first_run.asking import ask_all
from warmgate_ops.cold_starts.first_run.lab import Plan
from warmgate_ops.cold_starts.first_run.questions import QUESTIONS
from warmgate_ops.cold_starts.first_run.role import role_of
from warmgate_ops.rehearsal.cloud.local_cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


def test_questions_are_answered_and_nothing_is_left(local_cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions, versions, an alias and a role are made and removed; what the cloud lacks stays without an answer."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", local_cloud.account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    clients = Clients(local_cloud.endpoint_url, local_cloud.region)
    plan = Plan(region=local_cloud.region, gaps_s=(0.2,), environments=2, rounds=1)
    chosen = ["version-warms-alias", "made-ahead", "idle-life", "prices"]
    with role_of(clients, f"{PREFIX}-tried") as role:
        lab = AccountLab(clients, role, "tried")
        answers = {each.question: each for each in ask_all(QUESTIONS, chosen, lab, plan, lambda _: None)}
        left = lab.clean()

    assert answers["version-warms-alias"].figures == {"alias_calls": 2.0, "in_environments_of_the_version": 2.0}
    assert answers["made-ahead"].figures["made_ahead"] == 0.0
    assert answers["idle-life"].said == "environments still there: 2 of 2 after 0.2 s"
    assert answers["prices"].state is State.UNANSWERED
    assert left == ()
    functions = [each["FunctionName"] for each in local_cloud.client("lambda").list_functions()["Functions"]]
    roles = [each["RoleName"] for each in local_cloud.client("iam").list_roles()["Roles"]]
    assert [name for name in (*functions, *roles) if name.startswith(PREFIX)] == []
