"""What a template's text grants to a hook, wherever the permissions stand and whatever form they have."""

from __future__ import annotations

import pytest

from unit.warmgate_ops.doctor.test_template import HEALTHY, PERMISSION, POLICIES, E, N, examined
from warmgate_ops.doctor.findings import Severity

ALL = "{Effect: Allow, Action: '*', Resource: '*'}"
BOTH = "Action: [codedeploy:Put*, lambda:Invoke*], Resource: '*'"
DOCUMENT = f"PolicyDocument: {{Statement: [{{Effect: Allow, {BOTH}}}]}}"
GRANTED: set[tuple[str, Severity]] = set()
NOT_SAID = {("hook-reports", N), ("hook-invokes", N)}
REFUSED = {("hook-reports", E), ("hook-invokes", E)}


def role(inline: str = "", other: str = "") -> str:
    """Return the healthy template with a hook that has a role of its own, and what else gives it permissions."""
    made = f"  Judges: {{Type: AWS::IAM::Role, Properties: {{Policies: [{inline}]}}}}\n"
    return HEALTHY.replace(POLICIES, "      Role: !GetAtt Judges.Arn\n" + POLICIES) + made + other


def attached(kind: str, to: str) -> str:
    """Return a policy that grants both, attached to something."""
    return f"  P: {{Type: AWS::IAM::{kind}, Properties: {{{to}, {DOCUMENT}}}}}\n"


def policy(*statements: str) -> str:
    """Return an inline policy."""
    return f"{{PolicyName: judge, PolicyDocument: {{Statement: [{', '.join(statements)}]}}}}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (role(), REFUSED),
        (role(policy("{Effect: Allow, Action: 'lambda:*', Resource: '*'}")), {("hook-reports", E)}),
        (role("", attached("ManagedPolicy", "Roles: [!Ref Judges]")), GRANTED),
        (role("", attached("Policy", "Roles: [!Ref Judges]")), GRANTED),
        (role("", attached("RolePolicy", "RoleName: !Ref Judges")), GRANTED),
        (role("", attached("Policy", "Roles: [!Ref Stage]")), NOT_SAID),
        (role("", attached("Policy", "Roles: !Ref Roles")), NOT_SAID),
        (role("", attached("Policy", "Roles: [!Ref CheckoutRole]")), REFUSED),
        (role("", attached("Policy", "Roles: [other]")), REFUSED),
        (
            role("", attached("Policy", "Roles: [judges]")).replace("Policies: []", "RoleName: judges"),
            GRANTED,
        ),
        (
            role("", attached("ManagedPolicy", "Path: /")).replace("Policies: []", "ManagedPolicyArns: [!Ref P]"),
            GRANTED,
        ),
        (role(policy(f"{{Effect: Deny, {BOTH}}}")), REFUSED),
        (role(policy(ALL, f"{{Effect: Deny, {BOTH}}}")), REFUSED),
        (role(policy(ALL, "{Effect: Deny, Action: 'lambda:*', Resource: 'arn:x'}")), {("hook-invokes", N)}),
        (role(policy(ALL, "{Effect: Deny, Action: 'lambda:*', Resource: '*', Condition: {}}")), {("hook-invokes", N)}),
        (
            role(policy(ALL, "!If [A, {Effect: Deny, Action: 'lambda:*', Resource: '*'}, {}]")),
            {("hook-invokes", N)},
        ),
        (role(policy(ALL, "{Effect: Deny, NotAction: 'lambda:*', Resource: '*'}")), {("hook-reports", E)}),
        (role(policy("{Effect: Allow, NotAction: 'iam:*', Resource: '*'}")), GRANTED),
        (role(policy("{Effect: Allow, NotAction: ['lambda:*'], Resource: '*'}")), {("hook-invokes", E)}),
        (
            HEALTHY.replace(PERMISSION, "Action: logs:*").replace("Action: lambda:InvokeFunction", "Action: logs:*")
            + attached("Policy", "Roles: [!Ref BeforeTrafficRole]"),
            GRANTED,
        ),
        (
            HEALTHY.replace("Action: lambda:InvokeFunction", "Action: logs:*").replace(
                POLICIES, POLICIES + "        - LambdaInvokePolicy: {FunctionName: !Ref Checkout}\n"
            ),
            GRANTED,
        ),
    ],
)
def test_permissions_are_read_wherever_they_stand(text: str, found: set[tuple[str, Severity]]) -> None:
    """Inline, attached or managed, with denials and exceptions; what a parameter decides is a note."""
    assert {(finding.check.id, finding.severity) for finding in examined(text)} == found


@pytest.mark.parametrize(
    "policies",
    [
        "Role: arn:aws:iam::123456789012:role/judges",
        "Policies: arn:aws:iam::aws:policy/AWSCodeDeployFullAccess",
        "Policies: [!Ref Shared]",
    ],
)
def test_what_the_text_does_not_say_is_a_note(policies: str) -> None:
    """A role or a managed policy may hold the permissions: no error, and no silence."""
    text = HEALTHY.partition("      Policies:")[0] + f"      {policies}\n"

    assert {(finding.check.id, finding.severity) for finding in examined(text)} == {
        ("hook-reports", N),
        ("hook-invokes", N),
    }


@pytest.mark.parametrize("action", ["'*'", "codedeploy:*", "[codedeploy:put*]", "CodeDeploy:PutLifecycleEvent*"])
def test_wildcards_grant(action: str) -> None:
    """An action is granted by every pattern that IAM would match, in any case of letters."""
    assert examined(HEALTHY.replace(PERMISSION, f"Action: {action}")) == ()
