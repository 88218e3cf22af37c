"""Concurrency as a SAM or CloudFormation template sets it."""

from __future__ import annotations

from collections.abc import Iterator

from warmgate_ops.cold_starts.advising.settled import settled
from warmgate_ops.cold_starts.concurrency.seen import Alias, Concurrency, Provisioned, Scaling, Source
from warmgate_ops.doctor.findings import Place
from warmgate_ops.doctor.template.names import parts_of, references_of
from warmgate_ops.doctor.template.nodes import Value, root_of
from warmgate_ops.doctor.template.reading import FUNCTIONS, Written, read_template
from warmgate_ops.doctor.template.resources import Template

_SCALED = "lambda:function:ProvisionedConcurrency"


def concurrency_in(text: str, source: str) -> Iterator[Concurrency]:
    """Yield what a template sets of each function; raises DocumentError where the text is none."""
    template, root = read_template(text, source), root_of(text, source)
    section = root.get("Resources")
    resources = list(section.items()) if section else []
    for name, body in resources:
        if body.kind in FUNCTIONS:
            yield _Function(name, body, root, resources).seen(template)


class _Function:
    """One function among the resources of its template."""

    def __init__(self, name: str, body: Value, root: Value, resources: list[tuple[str, Value]]) -> None:
        self._name = name
        self._body = body
        self._root = root
        self._resources = resources
        self._written = Written(body, root)

    def seen(self, template: Template) -> Concurrency:
        """Return what is set."""
        memory = self._written.at("MemorySize")
        aliases = tuple(self._aliases())
        return Concurrency(
            name=self._name,
            at=Place(name=self._name, file=template.source, line=self._body.line),
            memory_mb=self._number(memory),
            reserved=self._number(self._written.at("ReservedConcurrentExecutions")),
            provisioned=tuple(self._provisioned()),
            aliases=aliases,
            sources=tuple(self._sources()),
            scaling=tuple(self._scaling({alias.name for alias in aliases})),
            template=template,
        )

    def _number(self, value: Value | None) -> int | None:
        text = settled(self._root, value).text or ""
        return int(text) if text.isdecimal() else None

    def _text(self, value: Value | None) -> str:
        return settled(self._root, value).text or ""

    def _own(self, kind: str, key: str = "FunctionName") -> Iterator[tuple[str, Value]]:
        for name, body in self._resources:
            if body.kind == kind and self._name in references_of(body.at("Properties", key)):
                yield name, body

    def _aliases(self) -> Iterator[Alias]:
        published = self._text(self._written.at("AutoPublishAlias"))
        if published:
            yield Alias(name=published, version="(published)")
        for name, body in self._own("AWS::Lambda::Alias"):
            weights = body.at("Properties", "RoutingConfig", "AdditionalVersionWeights")
            yield Alias(
                name=self._text(body.at("Properties", "Name")) or name,
                version=self._text(body.at("Properties", "FunctionVersion")) or "(published)",
                weights=dict(self._weights(weights)),
                line=body.line,
            )

    def _weights(self, weights: Value | None) -> Iterator[tuple[str, float]]:
        for each in weights.entries() if weights else ():
            share = self._text(each.get("FunctionWeight"))
            version = self._text(each.get("FunctionVersion")) or "another version"
            if share.replace(".", "", 1).isdecimal() and float(share):
                yield version, float(share)

    def _provisioned(self) -> Iterator[Provisioned]:
        own = self._written.at("ProvisionedConcurrencyConfig")
        if own is not None:
            yield self._config(self._text(self._written.at("AutoPublishAlias")) or "(alias)", own)
        for kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            for name, body in self._own(kind):
                config = body.at("Properties", "ProvisionedConcurrencyConfig")
                if config is not None:
                    yield self._config(self._text(body.at("Properties", "Name")) or name, config)

    def _config(self, qualifier: str, config: Value) -> Provisioned:
        requested = self._number(config.get("ProvisionedConcurrentExecutions"))
        return Provisioned(qualifier=qualifier, requested=requested or 0, line=config.line)

    def _sources(self) -> Iterator[Source]:
        """Yield mappings of their own, and queues among SAM's events, which call the alias that SAM publishes."""
        for name, body in self._own("AWS::Lambda::EventSourceMapping"):
            called = body.at("Properties", "FunctionName")
            last = (parts_of(called) or ("",))[-1] if called else ""
            qualifier = last.rpartition(":")[2] if isinstance(last, str) and ":" in last else ""
            yield self._source(name, body.get("Properties"), qualifier, body.line)
        events = self._written.body.at("Properties", "Events")
        for name, body in events.items() if events else ():
            if body.kind in {"SQS", "Kinesis", "DynamoDB"}:
                qualifier = self._text(self._written.at("AutoPublishAlias"))
                yield self._source(name, body.get("Properties"), qualifier or "(none)", body.line)

    def _source(self, name: str, properties: Value | None, qualifier: str, line: int) -> Source:
        most = properties.at("ScalingConfig", "MaximumConcurrency") if properties else None
        return Source(name=name, kind="", qualifier=qualifier, most=self._number(most), line=line)

    def _scaling(self, aliases: set[str]) -> Iterator[Scaling]:
        for name, body in self._resources:
            resource = body.at("Properties", "ResourceId")
            is_target = body.kind == "AWS::ApplicationAutoScaling::ScalableTarget"
            if not is_target or self._text(body.at("Properties", "ScalableDimension")) != _SCALED or resource is None:
                continue
            if self._name in references_of(resource):
                yield self._scaled(name, body, next(iter(sorted(aliases)), ""))

    def _scaled(self, target: str, body: Value, qualifier: str) -> Scaling:
        line, statistic = body.line, ""
        for _, policy in self._resources:
            if policy.kind == "AWS::ApplicationAutoScaling::ScalingPolicy" and target in references_of(
                policy.at("Properties", "ScalingTargetId")
            ):
                path = ("TargetTrackingScalingPolicyConfiguration", "CustomizedMetricSpecification", "Statistic")
                found = policy.at("Properties", *path)
                line, statistic = (found.line, self._text(found)) if found else (line, statistic)
        actions = body.at("Properties", "ScheduledActions")
        return Scaling(
            qualifier=qualifier,
            least=self._number(body.at("Properties", "MinCapacity")) or 0,
            most=self._number(body.at("Properties", "MaxCapacity")) or 0,
            schedules=tuple(self._text(each.get("Schedule")) for each in (actions.entries() if actions else ())),
            statistic=statistic,
            line=line,
        )
