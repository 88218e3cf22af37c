"""The reference page of advice on cold starts and of checks of concurrency, from rules and checks themselves."""

from __future__ import annotations

from generate.doctor_page import section, seen_in, sentence
from warmgate_ops.cold_starts.advising.registry import RULES
from warmgate_ops.cold_starts.advising.runtimes import DEPRECATED, READ
from warmgate_ops.cold_starts.advising.saying import Rule
from warmgate_ops.cold_starts.concurrency.registry import CONCURRENCY_CHECKS
from warmgate_ops.cold_starts.prices import DATED, LIST, SOURCES

_BEGINNING = """# Advice on cold starts, and checks of concurrency

`warmgate cold advise` reads one function in service, or the functions of a template, and says what would shorten
their cold starts. See [shorten cold starts](../how-to/shorten-cold-starts.md) for the order in which cures are
tried, and the [command line](command-line.md) for options and exit codes. It calls look-ups alone: nothing is
changed, no function is called, and no code of a package is run.

Each advice has a rank, a gain, a risk, a price where there is one, and the change: a diff of the template that was
read again before it is shown, else the property lines.

| word | meaning |
| --- | --- |
| `high` | figures, or the text itself, prove it; the exit code is 1 |
| `medium` | worth a look |
| `low` | worth knowing |
| `measured` | the figures are this function's own, from the window that was read |
| `estimated` | by a formula, which is printed with its figures |
| `unknown` | nobody knows before it was measured: the last line is the command that measures it |

What is said of times has the number of cold starts beside it; fewer than five are counted and never compared. Rules
that found nothing are listed as `not an issue`, cures that do not fit as `not advised`, each with its reason. What
may not be read is `unknown` with `could not look: ...`, and ends no other rule.

{table}

Where the answer depends on what is not visible, it says what it can and no more:

- Of a template a value counts where the text settles it: written, Lambda's default, both branches of an `If` alike,
  or a parameter's default, which is then named: a deployment may override it. Anything else is unknown, and rules
  that need it are silent. On a template `high` is only what AWS refuses, a reservation of 0, and what its package
  shows.
- Cold starts are counted in the function's log of the last seven days (`--since`), by `FilterLogEvents`, which is not
  billed by volume. An environment made ahead of any call counts as waited for: these lines do not tell it apart.
- `--inspect-package` reads the package in memory, from where Lambda keeps it or from `CodeUri` beside a template, and
  follows Python's imports from the handler as written. What is imported by a computed name is told and not followed.
  Calls at import are found in the function's own modules by the names of well-known functions: what is made by
  others is not seen. For other languages nothing is followed.
- That an on-demand init runs with more CPU than its memory's share is reported, not documented by AWS and not
  measured there by Warmgate. How long a restore takes is not known before one was measured.
- AWS Compute Optimizer's own words stand below, never merged: it does not know init.
- Prices are list prices of {region}, {dated} ({sources}). Dates of runtimes are those that AWS published in {read};
  AWS moves them.

The caller needs `lambda:GetFunctionConfiguration`, `GetRuntimeManagementConfig`, `GetLayerVersion`,
`ListProvisionedConcurrencyConfigs`, `GetFunctionConcurrency`, `GetAccountSettings` and `ListEventSourceMappings`,
`logs:FilterLogEvents`, for `--inspect-package` `lambda:GetFunction`, and may have
`compute-optimizer:GetLambdaFunctionRecommendations`.

`--json` prints one object: `functions`, each with `function`, `qualifier`, `heading`, `cold_starts` (its figures or
null), `advice`, `no_issue`, `not_advised`, `not_looked` and `beside`; and `summary`. An advice has what a finding of
the doctor has (`id`, `title`, `message`, `name`, `file`, `line`, `why`, `fix`, `sources`) and `rank`, `gain`,
`gained`, `usd_month`, `cost`, `risk`, `hazards`, `change`, `measure` and `cold_starts`. In SARIF these stand in the
result's property bag.
"""

_CONCURRENCY = """
## Checks of concurrency

`warmgate cold concurrency` looks at what is reserved and provisioned, how that scales, and what calls the function,
against what metrics of the last 14 days and the log of the last day say of its traffic. It prints what to set and
changes nothing. What one function reserves all others lack: each advice to reserve says what the account has
reserved and what is left, and that 100 stay. They are checks of a function in service, or of a template, and no part
of `warmgate doctor`.

{table}

Demand is the highest of three: the concurrency that a minute's metric shows, the peak by the log, and rate times mean
duration (Little's law) in the busiest minute, refused calls included. Beside what `cold advise` needs the caller
needs `lambda:ListAliases`, `kinesis:DescribeStreamSummary` for streams,
`application-autoscaling:DescribeScalableTargets`, `DescribeScalingPolicies` and `DescribeScheduledActions`,
`cloudwatch:DescribeAlarms` and `GetMetricData`; metrics cost about $0.01 for each 1,000, and one function takes some
ten.

`--json` prints what the doctor's has (`counts`, `findings`, `looked`, `not_looked`), and `functions` with `heading`,
`reserved`, `provisioned`, `peak`, `refused` and `rise_in_10_s`.
"""


def cold_advice_page() -> str:
    """Return the page."""
    rows = "\n".join(f"| [`{rule.id}`](#{rule.id}) | {rule.title} | {seen_in(rule)} |" for rule in RULES)
    checks = "\n".join(
        f"| [`{check.id}`](#{check.id}) | {check.title} | {check.severity.value} | {seen_in(check)} |"
        for check in CONCURRENCY_CHECKS
    )
    beginning = _BEGINNING.format(
        table=f"| id | advice | seen in |\n| --- | --- | --- |\n{rows}",
        region=LIST.region,
        dated=DATED,
        sources=", ".join(f"<{source}>" for source in SOURCES[:1]),
        read=READ,
    )
    return (
        beginning
        + "".join(_section(rule) for rule in RULES)
        + _CONCURRENCY.format(table=f"| id | finding | severity | seen in |\n| --- | --- | --- | --- |\n{checks}")
        + "".join(section(check) for check in CONCURRENCY_CHECKS)
        + _runtimes()
    )


def _section(rule: Rule) -> str:
    measured = rule.measure.removeprefix("warmgate ").partition(" {")[0]
    return f"{section(rule)}\nRisk: {sentence(rule.risk)} Measured by `{measured}`.\n"


def _runtimes() -> str:
    rows = "\n".join(f"| `{name}` | {ends} |" for name, ends in sorted(DEPRECATED.items(), key=lambda each: each[1]))
    return f"\n## Dates of runtimes\n\n| runtime | deprecated |\n| --- | --- |\n{rows}\n"
