"""Target tracking by an average, which hides peaks."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.concurrency.seen import concurrency_of
from warmgate_ops.doctor.facts import Facts, see
from warmgate_ops.doctor.findings import Check, Severity, Symptom

AVERAGE = "average"


def _look(facts: Facts) -> Iterator[Symptom]:
    found = concurrency_of(facts)
    for each in see(found.scaling):
        by_alarm = [alarm.name for alarm in each.alarms if alarm.statistic.lower() == AVERAGE]
        if each.statistic.lower() == AVERAGE or by_alarm:
            what = f"the alarm {by_alarm[0]}" if by_alarm else "its policy"
            message = f"{what} follows the average of a minute: peaks shorter than that raise nothing"
            yield Symptom(place=found.place(each.qualifier, each.line), message=message)


CHECK = Check(
    id="autoscaling-average",
    title="Auto scaling follows an average",
    severity=Severity.WARNING,
    why="The average of a minute hides a peak of seconds: calls spill over although the average is below the target.",
    fix="track the maximum: CustomizedMetricSpecification with MetricName ProvisionedConcurrencyUtilization and"
    " Statistic"
    " Maximum",
    sources=("neiman-marcus/serverless-provisioned-concurrency-autoscaling#13",),
    in_account=_look,
    in_template=_look,
)
