"""Puts the types of this folder into MiniStack's CloudFormation, whose parts are replaced by name.

A name that is not there, because MiniStack has changed, raises an AttributeError or KeyError: MiniStack must not start
with half of it.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .alias_update import UPDATE, AliasMove, deploy, read_update
from .archives import hand_over
from .codedeploy import REPLACING, Types
from .front import Front, FrontError
from .properties import UnsupportedError

ALIAS = "AWS::Lambda::Alias"
FUNCTION = "AWS::Lambda::Function"
_HOME = "ministack.services.cloudformation"
_LIMIT = 100
"""Characters of a name of CodeDeploy."""


@dataclass(frozen=True, slots=True)
class Operation:
    """The template that a stack's update, or its rollback, goes to."""

    stack: str
    template: Mapping[str, Any]
    parameters: Mapping[str, Any]
    back: bool = False


@dataclass
class Installer:
    """MiniStack's modules, and what replaces their parts."""

    front: Front
    code: Path
    region: str
    running: ContextVar[Operation | None] = field(default_factory=lambda: ContextVar("operation", default=None))

    def install(self) -> None:
        """Replace and register everything."""
        self.engine, self.stacks, self.provisioners = (
            importlib.import_module(f"{_HOME}.{name}") for name in ("engine", "stacks", "provisioners")
        )
        self.lambda_service = importlib.import_module("ministack.services.lambda_svc")
        types: dict[str, dict[str, Any]] = self.provisioners.__dict__["_RESOURCE_HANDLERS"]
        arn_start = f"arn:aws:codedeploy:{self.region}:{self.front.account}"
        types |= Types(self.front.codedeploy, self._name, arn_start).handlers()
        self.provisioners.__dict__["_REPLACING_PROPERTIES"].update(REPLACING)
        alias, function = dict(types[ALIAS]), dict(types[FUNCTION])
        types[ALIAS] = {**alias, "update": self._alias_update(alias["update"])}
        types[FUNCTION] = {
            **function,
            "create": self._handing_over(function["create"]),
            "update": self._handing_over(function["update"]),
            "delete": self._function_delete(function["delete"]),
        }
        self._on_threads({*REPLACING, ALIAS, FUNCTION})
        self._order_by_policies()
        self._remember_operations()

    def _name(self, stack_name: str, logical_id: str) -> str:
        return str(self.provisioners._physical_name(stack_name, logical_id, max_len=_LIMIT))

    def _on_threads(self, kinds: set[str]) -> None:
        """What asks the front waits on a thread: the front asks MiniStack meanwhile."""
        before, sent_back = self.stacks._runs_on_worker_thread, self.stacks._sends_back_failed_update
        self.stacks.__dict__["_runs_on_worker_thread"] = lambda kind: kind in kinds or before(kind)
        # A deployment without a rollback of its own leaves the alias at the version that failed.
        self.stacks.__dict__["_sends_back_failed_update"] = lambda kind: kind == ALIAS or sent_back(kind)

    def _order_by_policies(self) -> None:
        """An alias comes after the deployment group that its UpdatePolicy refers to."""
        before, references = self.engine._extract_deps, self.engine._intrinsic_references

        def after(definition: dict[str, Any], names: set[str]) -> set[str]:
            policy = definition.get("UpdatePolicy") or {}
            found: set[str] = before(definition, names)
            return found | {name for name, _ in references(policy) if name in names}

        self.engine.__dict__["_extract_deps"] = after
        self.stacks.__dict__["_extract_deps"] = after

    def _remember_operations(self) -> None:
        deploy_stack, roll_back = self.stacks._deploy_stack_async, self.stacks._roll_back_operation

        async def deployed(
            stack_name: str, stack_id: str, template: Any, parameters: Any, *rest: Any, **named: Any
        ) -> None:
            self.running.set(Operation(stack_name, template, parameters))
            await deploy_stack(stack_name, stack_id, template, parameters, *rest, **named)

        async def rolled_back(
            stack_name: str, stack_id: str, stack: Any, operation: dict[str, Any], *rest: Any, **named: Any
        ) -> None:
            earlier = operation.get("previous_stack") or {}
            template, parameters = earlier.get("_template") or {}, earlier.get("_resolved_params") or {}
            self.running.set(Operation(stack_name, template, parameters, back=True))
            await roll_back(stack_name, stack_id, stack, operation, *rest, **named)

        users = [self.stacks, *(importlib.import_module(f"{_HOME}.{name}") for name in ("handlers", "changesets"))]
        for module in users:
            for name, wrapped in (("_deploy_stack_async", deployed), ("_roll_back_operation", rolled_back)):
                if name in module.__dict__:
                    module.__dict__[name] = wrapped

    def _alias_update(self, before: Any) -> Any:
        def update(physical_id: str, old: Any, new: Any, stack_name: str, logical_id: str | None = None) -> Any:
            name = logical_id or physical_id
            same = all(old.get(key) == new.get(key) for key in ("FunctionName", "Name"))
            moved = old.get("FunctionVersion") != new.get("FunctionVersion")
            wanted = self._update_of(stack_name, name) if same and moved else None
            if wanted is None:
                return before(physical_id, old, new, stack_name, logical_id)
            function = self.provisioners._lambda_function_for_cfn_ref(new["FunctionName"])[1]
            move = AliasMove(function, str(new["Name"]), str(old["FunctionVersion"]), str(new["FunctionVersion"]))
            operation = self.running.get()
            if operation is not None and operation.back and self._stands(move) == move.target:
                self._settle(move)
            else:
                deploy(self.front.codedeploy, wanted, move, time.sleep)
            there = {**old, "FunctionVersion": new["FunctionVersion"]}
            return before(physical_id, there, new, stack_name, logical_id)

        return update

    def _update_of(self, stack_name: str, logical_id: str) -> Mapping[str, str] | None:
        """Return how the template of the running operation moves an alias."""
        stack = importlib.import_module(_HOME)._stacks.get(stack_name) or {}
        operation = self.running.get()
        if operation is None or operation.stack != stack_name:
            text = str(stack.get("_template_body"))
            if UPDATE in text or "DeploymentPreference" in text:
                raise UnsupportedError(
                    f"{logical_id}: {UPDATE} in the nested stack {stack_name} is not done by the local cloud;"
                    " deploy its template as a stack of its own"
                )
            return None
        template = operation.template
        conditions = self.engine._evaluate_conditions(template, operation.parameters)
        policy = template.get("Resources", {}).get(logical_id, {}).get("UpdatePolicy")
        resolved = self.engine._resolve_refs(
            policy,
            stack.get("_resources", {}),
            operation.parameters,
            conditions,
            template.get("Mappings", {}),
            stack_name,
            stack.get("StackId", ""),
        )
        return read_update(resolved, logical_id)

    def _stands(self, move: AliasMove) -> str:
        function = self.lambda_service._functions.get(move.function) or {}
        alias = function.get("aliases", {}).get(move.alias) or {}
        return str(alias.get("FunctionVersion", ""))

    def _settle(self, move: AliasMove) -> None:
        """An alias that CodeDeploy has rolled back keeps no weights."""
        data = {"FunctionVersion": move.target, "RoutingConfig": {"AdditionalVersionWeights": {}}}
        self.lambda_service._update_alias(move.function, move.alias, data)

    def _handing_over(self, before: Any) -> Any:
        def provision(*arguments: Any) -> Any:
            made = before(*arguments)
            function = self.lambda_service._functions[made[0]]
            config, archive = function["config"], function.get("code_zip")
            if config.get("PackageType") == "Zip":
                if not archive:
                    key = f"{function.get('code_s3_bucket')}/{function.get('code_s3_key')}"
                    self.lambda_service._functions.pop(made[0], None)
                    raise UnsupportedError(f"the code of {made[0]} is not there: s3://{key}; upload it first")
                hand_over(self.code, str(config["CodeSha256"]), archive)
                if not _on_event_loop():
                    self.front.prepare_function(made[0])
            return made

        return provision

    def _function_delete(self, before: Any) -> Any:
        def delete(physical_id: str, properties: Any) -> None:
            if not _on_event_loop():
                try:
                    self.front.delete_function(physical_id)
                except FrontError as error:
                    if error.code != "ResourceNotFoundException":
                        raise
            before(physical_id, properties)

        return delete


def _on_event_loop() -> bool:
    """Return whether MiniStack waits for this very call: nobody would answer what the front asks of it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
