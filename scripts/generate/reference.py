"""The policy reference and the README beside the policies: prose, with tables and messages taken from the parser."""

from __future__ import annotations

from generate.events import events_chapter
from generate.keys import key_chapters
from warmgate.documents.text import MAX_DEPTH, MAX_NODES, MAX_TEXT
from warmgate.errors import PolicyError
from warmgate.policy import parse_policy

NOTE = "<!-- Written by `python -m generate`: change the table of keys or the generator, not this file. -->\n"

SHIPPED = {
    "default": "for every function that no other policy names: no errors, bearable cold starts, not slower than before",
    "latency-critical": "for functions whose callers wait: limits in milliseconds, tight comparisons",
    "batch": "for functions that work for seconds: few calls, generous limits, nothing compared",
    "smoke-only": "does it start, and does it answer as expected: three calls, nothing timed",
}
"""The bundled policies and what each is for."""

EXAMPLE = """\
# yaml-language-server: $schema=./schema.json
policy: checkout-api
match: [{function: "checkout-*", alias: live}]
mode: enforce
warm:
  environments: 20
  provisioned: wait
probes:
  - name: health
    weight: 3
    event: http-api
    path: /health
    expect: {jmespath: "statusCode == `200`"}
  - name: quote
    payload_file: payloads/quote.json
limits:
  init:     {p95: 1500ms}
  first_response: {p95: 1800ms}
  duration: {p50: 120ms, p95: 400ms}
  errors:   {rate: 0%}
  memory:   {max: 85%}
compare:
  init:     {median: 1.2x}
  first_response: {median: 1.2x}
  duration: {p95: 1.2x}
live:
  duration: {p95: 1.2x}
  errors:   {rate: 0.5%}
  cold_starts: {share: 5%}
when: {inconclusive: half, no_data: fail, error: fail}
budget: {invocations: 460, seconds: 300}
"""

FAULTY = """\
policy: checkout-api
warm:
  enviroments: 20
limits:
  duration: {p50: 500ms, p95: 400}
  errors: {rate: 0.01}
when: {inconclusive: maybe}
budget: {seconds: 300s}
"""

WHICH = """\
The first that is found applies:

1. the policy that the function's tag `warmgate:policy` names: `bundled:NAME` (the file `NAME.yaml` of this folder),
   `ssm:/path`, `s3://bucket/key` or `appconfig:app/env/profile`;
2. the first bundled policy, by file name, with a `match` entry that fits function and alias; `*` stands for any
   characters, `?` for one, `[ab]` for one of those in brackets, and case matters;
3. `default.yaml`.
"""

UNITS = """\
| Kind | Written | Not |
| --- | --- | --- |
| duration | `400ms`, `1.5s` | `400`, `2m` |
| share | `0%`, `0.5%`, `85%` | `0.85`, `85` |
| ratio to the baseline | `1.2x` | `1.2`, `120%` |
| share on top of the baseline's | `+0%`, `+1%` | `1%`, `2x` |
| percentile, as a key | `p50`, `p95`, `p99.9` | `p0`, `p100`, `p95.0` |
| number whose key names the unit | `seconds: 300` | `seconds: 300s` |

A bare number where a unit belongs is a fault that shows what to write: `400` could be milliseconds or seconds.
"""

RULES = """\
- Names of probes differ. A probe has `payload`, `payload_file` or `event`, not two of them.
- A field of an event stands beside an `event` that has it, and a `route` fits the `path`.
- Within `limits.init`, `limits.first_response` and `limits.duration`, a higher percentile has the same limit as a
  lower one or a higher limit.
- `budget.invocations` reaches past the cold calls, one for each environment, to the first measured round: environments
  x (2 + `warm.rounds`) where warm calls are judged (`limits.duration`, `compare.duration`, `compare.errors`, or an
  error rate above 0 %), else environments alone; twice that where something is compared, as the baseline is called as
  often.
- Where no warm call is judged, `warm.environments` is at least the sum of the probes' weights: the cold calls are all
  that is made.
- `payload_file` is a path below the policy's folder, and its content is one JSON value. A policy that comes from
  `ssm:` or `appconfig:` has no folder, so its payloads stand in it.
- Functions in `expect.jmespath` are JMESPath's own.
"""

TEXT = f"""\
One YAML document of at most {MAX_TEXT // 1024} KB, {MAX_NODES:,} values and {MAX_DEPTH} levels. Anchors and aliases may
be used; tags and merge keys may not. A key stands once in its mapping. Only `true` and `false` are truth values, and a
plain word that YAML versions read differently (`no`, `on`, `1:30`, `007`, `0x1F`, a date) is a fault in a payload: put
it in quotes if it is text.
"""

FAULTS = """\
All faults of a document are listed at once, each with its line, what was found, what was expected, and what to do. This
document
"""

FOLDER = """\
These policies are deployed as a layer of their own: a threshold changes without a change of code. Rules over several
keys, and what a fault looks like: [policy reference](../docs/reference/policy.md).
"""

CHECKING = """\
```console
$ warmgate policy validate policies/*.yaml
```

prints `FILE: ok` or every fault, and exits with 0 when all can be used, else with 2. With `--json` each file is one
line with `file`, `valid`, `policy` (its name) and `errors`. `warmgate policy schema > warmgate.schema.json` writes the
JSON Schema, whose name is `urn:warmgate:policy`. Editors complete keys and mark most faults while you type where the
first line of a policy is `# yaml-language-server: $schema=./warmgate.schema.json`. The rules over several keys and the
bounds of values with units are checked by the command alone.
"""


def reference_page() -> str:
    """Return the reference of a policy's keys, units, rules and faults."""
    return "\n".join(
        [
            f"# Policy reference\n\n{NOTE}",
            "A policy is one YAML document: what to call, what to measure, what is allowed, and what it may cost.\n",
            f"```yaml\n{EXAMPLE}```\n",
            f"## Which policy applies\n\n{WHICH}",
            f"## How values are written\n\n{UNITS}",
            f"## Keys\n\n{key_chapters()}",
            f"## Events\n\n{events_chapter()}",
            f"## Rules over several keys\n\n{RULES}",
            f"## The text\n\n{TEXT}",
            f"## Faults\n\n{FAULTS}\n```\n{FAULTY}```\n\ngets this answer:\n\n```text\n{_faults()}\n```\n",
            f"## Checking a policy\n\n{CHECKING}",
        ]
    )


def folder_readme() -> str:
    """Return the README of the folder of bundled policies: which there are, and every key."""
    shipped = "".join(f"| [{name}.yaml]({name}.yaml) | {text} |\n" for name, text in SHIPPED.items())
    return "\n".join(
        [
            f"# Policies\n\n{NOTE}",
            FOLDER,
            f"| Policy | For |\n| --- | --- |\n{shipped}",
            f"## Which policy applies\n\n{WHICH}",
            f"## How values are written\n\n{UNITS}",
            f"## Keys\n\n{key_chapters()}",
            f"## Checking a policy\n\n{CHECKING}",
        ]
    )


def _faults() -> str:
    try:
        parse_policy(FAULTY, "policies/checkout.yaml")
    except PolicyError as error:
        return str(error)
    raise AssertionError("the example of a faulty policy has no fault")
