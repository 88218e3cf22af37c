"""The reference page of the doctor, from the checks themselves."""

from __future__ import annotations

from warmgate_ops.doctor.findings import Check
from warmgate_ops.doctor.installation.registry import INSTALL_CHECKS
from warmgate_ops.doctor.registry import CHECKS

_BEGINNING = """# What the doctor looks for

`warmgate doctor` reads what a release depends on and says what would break on its day: see the
[command line](command-line.md) for its options and exit codes. It calls look-ups alone and changes nothing.

Each finding has an id, a severity and a place: a line of a template, or a thing of the account by name. `error` breaks
or endangers a release, `warning` weakens it, `info` is worth knowing. A check that may not read what it looks at is
shown as `unknown` with `could not look: ...`, and ends no other check.

{table}

Where the answer depends on what is not visible, the doctor says what it can and no more:

- With `--function` and `--alias` alone the hook and the group are unknown, and nothing is said of them. With
  `--application` and `--group` the function, the alias and the hook are those of the last deployment that succeeded.
- Permissions are asked of IAM's own simulation (`iam:SimulatePrincipalPolicy`). It knows the policies and the boundary
  of a role; policies of other accounts, sessions and endpoints it does not.
- Every hook that an AppSpec names is taken for one that probes. In a template one that is not Warmgate's by handler and
  name, gets notes for what it may do without.
- `cfn-lint -a scripts/warmgate_ops/doctor/linting` shows what is found in a template as rules of cfn-lint: errors are
  E9800, warnings W9801, notes I9802 (`--include-checks I`).
- A bundled policy is read from this installation, which may be another than the hook's.
- A template is read as text. What a parameter, a role or a managed policy decides is `info` where it matters. Both
  branches of an `If` may be deployed and are looked at. Policies are read wherever the template attaches them to a
  role, denials too; of a statement's resources a function's bare name alone is told from its versions. A `Ref` to a
  parameter is its default where a switch or a time depends on it.
- What a template holds nothing of is told as `nothing to look at`: a parent of nested stacks without a release is not
  healthy for that.
- Whether an AppSpec fits is known of the one given by `--appspec`; the last one deployed is only asked for its hook.

The caller needs `codedeploy:Get*` and `List*`, `lambda:Get*` and `List*`, `cloudwatch:DescribeAlarms` and
`GetMetricData`, `logs:DescribeSubscriptionFilters`, `iam:GetRole` and
`SimulatePrincipalPolicy`, and for hooks in a VPC `ec2:DescribeSubnets`,
`DescribeRouteTables` and `DescribeVpcEndpoints`; beside them what reads the policy,
`ssm:GetParameter` or `s3:GetObject`.
"""

_INSTALLATION = """
## What is looked for in an installation

`warmgate doctor --install` looks at Warmgate itself: the four functions by their standard names, or those of the stack
that `--stack` names, and what they share. What an account or the local cloud does not answer is `unknown`.

{table}

The caller needs `lambda:GetFunctionConfiguration` and `ListTags`, `logs:DescribeLogGroups`,
`events:ListRuleNamesByTarget` and `DescribeRule`, `cloudwatch:DescribeAlarms`, `s3:GetBucketLocation`,
`dynamodb:DescribeTable`, `sns:GetTopicAttributes`, `iam:GetRole` and `SimulatePrincipalPolicy`, and for `--stack`
`cloudformation:ListStackResources`.
"""


def doctor_page() -> str:
    """Return the page."""
    rows = "\n".join(
        f"| [`{check.id}`](#{check.id}) | {check.title} | {check.severity.value} | {seen_in(check)} |"
        for check in CHECKS
    )
    table = f"| id | finding | severity | seen in |\n| --- | --- | --- | --- |\n{rows}"
    own = "\n".join(
        f"| [`{check.id}`](#{check.id}) | {check.title} | {check.severity.value} |" for check in INSTALL_CHECKS
    )
    return (
        _BEGINNING.format(table=table)
        + "".join(section(check) for check in CHECKS)
        + _INSTALLATION.format(table=f"| id | finding | severity |\n| --- | --- | --- |\n{own}")
        + "".join(section(check) for check in INSTALL_CHECKS)
    )


def section(check: Check) -> str:
    """Return the chapter of a check."""
    sources = "; ".join(f"`{source}`" if "#" in source else source for source in check.sources)
    return (
        f"\n## {check.id}\n\n"
        f"**{check.title}.** {sentence(check.why)}\n\n"
        f"Fix: {sentence(check.fix)}\n\n"
        f"Source: {sources}.\n"
    )


def sentence(text: str) -> str:
    """Return a text that ends as a sentence."""
    return text if text.endswith(".") else f"{text}."


def seen_in(check: Check) -> str:
    """Return where a check looks."""
    return " and ".join(
        place for place, look in (("account", check.in_account), ("template", check.in_template)) if look is not None
    )
