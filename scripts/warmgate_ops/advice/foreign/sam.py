"""AWS SAM: a template whose functions have a `DeploymentPreference`, or that section alone.

Source: DeploymentPreference (AWS SAM Developer Guide).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warmgate.policy.percentiles import meant_percentile
from warmgate_ops.advice.foreign.meant import Meant
from warmgate_ops.advice.foreign.plain import Mapping, at, number_at, text_at

_PREFERENCE = "DeploymentPreference"
_UPPER = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


def read_sam(documents: Sequence[Mapping]) -> Meant | None:
    """Return what a SAM template among some documents asks for; None where there is none."""
    for document in documents:
        if any(text_at(each, "Type").startswith("AWS::") for each in _all_resources(document)):
            return _read_template(document)
        if isinstance(document.get(_PREFERENCE), dict):
            return _read_section(document)
    return None


def _read_section(document: Mapping) -> Meant:
    meant = Meant(what=f"a {_PREFERENCE} of AWS SAM", alias=text_at(document, "AutoPublishAlias"))
    _read_preference(meant, _PREFERENCE, document)
    return meant


def _read_template(document: Mapping) -> Meant:
    functions = list(_functions_of(document))
    preferred = [(name, function) for name, function in functions if isinstance(at(function, _PREFERENCE), dict)]
    shared = at(document, "Globals", "Function")
    what = "an AWS SAM template" if functions else "a CloudFormation template"
    if preferred or at(shared, _PREFERENCE):
        what = f"{what} with a {_PREFERENCE}"
    meant = Meant(what=what)
    for name, function in preferred or functions[:1]:
        meant.name = meant.name or text_at(function, "FunctionName") or name
        meant.function = meant.function or text_at(function, "FunctionName")
        meant.alias = meant.alias or text_at(function, "AutoPublishAlias") or text_at(shared, "AutoPublishAlias")
        _read_preference(meant, name, function)
    meant.left.append("what calls the function: `warmgate init --template` writes probes from a template")
    for name, alarm in _resources_of(document, "AWS::CloudWatch::Alarm"):
        _read_alarm(meant, name, alarm)
    return meant


def _all_resources(document: Mapping) -> Iterator[Mapping]:
    resources = document.get("Resources")
    yield from (each for each in (resources.values() if isinstance(resources, dict) else ()) if isinstance(each, dict))


def _resources_of(document: Mapping, kind: str) -> Iterator[tuple[str, Mapping]]:
    for name, resource in document["Resources"].items():
        properties = at(resource, "Properties")
        if text_at(resource, "Type") == kind and isinstance(properties, dict):
            yield name, properties


def _functions_of(document: Mapping) -> Iterator[tuple[str, Mapping]]:
    yield from _resources_of(document, "AWS::Serverless::Function")


def _read_preference(meant: Meant, name: str, function: Mapping) -> None:
    preference = at(function, _PREFERENCE)
    if isinstance(preference, dict):
        meant.shifting += [f"{name}.{key}" for key in ("Type", "Alarms", "Role") if key in preference]


def _read_alarm(meant: Meant, name: str, alarm: Mapping) -> None:
    if text_at(alarm, "Namespace") != "AWS/Lambda":
        return
    metric, limit = text_at(alarm, "MetricName"), number_at(alarm, "Threshold")
    percentile = meant_percentile(text_at(alarm, "ExtendedStatistic"))
    if metric == "Duration" and percentile and limit and text_at(alarm, "ComparisonOperator") in _UPPER:
        meant.limit_duration(percentile, limit, f"alarm {name}: {percentile} of Duration above {limit:g} ms")
    else:
        meant.left.append(f"alarm {name}: it stays an alarm of the deployment group")
