"""What an account says of the function that a policy is drafted for; it is only read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from warmgate.adapters.functions import function_version
from warmgate.adapters.port_errors import raised_as
from warmgate.errors import FunctionLookupError
from warmgate.model.function import FunctionVersion
from warmgate.policy.values import EventKind
from warmgate_ops.doctor.facts import Denied, Missing
from warmgate_ops.doctor.gathering.looking import Clients, look, pages
from warmgate_ops.drafting.grants import Asking, trigger_of, trigger_of_mapping
from warmgate_ops.drafting.http_routes import route
from warmgate_ops.drafting.known import Known, Trigger


class Account:
    """Asks an account about one function, and notes what it does not say."""

    def __init__(self, clients: Clients, function: str, alias: str = "") -> None:
        self._clients = clients
        self._function = function
        self.notes: list[str] = []
        self.alias = alias or self._only_alias()
        with raised_as(FunctionLookupError, f"{function} could not be read", "check its name, --alias and --region"):
            found = clients("lambda").get_function_configuration(FunctionName=function, **self._qualifier)
        self.version: FunctionVersion = function_version(function, str(found.get("Version") or "$LATEST"), found)
        """That the alias serves, or the unpublished one."""

    def known(self) -> Known:
        """Return all that is known; what was denied is a note."""
        version, where = self.version, f":{self.alias}" if self.alias else ""
        return Known(
            name=self._function,
            source=f"the function {self._function}{where}, version {version.version}",
            function=self._function,
            alias=self.alias,
            timeout_s=int(version.timeout_s),
            memory_mb=version.memory_mb,
            runtime=version.runtime,
            triggers=tuple(self._triggers()),
            isolates_tenants=version.tenant_isolation,
            notes=tuple(self.notes),
        )

    @property
    def _qualifier(self) -> dict[str, str]:
        return {"Qualifier": self.alias} if self.alias else {}

    def _only_alias(self) -> str:
        client = self._clients("lambda")
        found = self._look(
            "lambda:ListAliases", lambda: list(pages(client, "list_aliases", "Aliases", FunctionName=self._function))
        )
        names = [str(each["Name"]) for each in found or ()]
        if len(names) > 1:
            self.notes.append(f"which of the aliases {', '.join(names)} is released: name it with --alias")
        return names[0] if len(names) == 1 else ""

    def _triggers(self) -> list[Trigger]:
        client, asking = self._clients("lambda"), Asking(self._clients, self._look, self.notes.append)
        triggers = [trigger_of(each, asking) for each in self._statements()]
        named = f"{self._function}:{self.alias}" if self.alias else self._function
        mappings = self._look(
            "lambda:ListEventSourceMappings",
            lambda: list(pages(client, "list_event_source_mappings", "EventSourceMappings", FunctionName=named)),
        )
        triggers += [trigger_of_mapping(str(each.get("EventSourceArn") or "")) for each in mappings or ()]
        url = self._look(
            "lambda:GetFunctionUrlConfig",
            lambda: client.get_function_url_config(FunctionName=self._function, **self._qualifier),
        )
        if url:
            triggers.append(route(EventKind.FUNCTION_URL, "GET", "/", "the function URL"))
        return _each_once(each for each in triggers if each is not None)

    def _statements(self) -> list[dict[str, Any]]:
        found = self._look(
            "lambda:GetPolicy",
            lambda: self._clients("lambda").get_policy(FunctionName=self._function, **self._qualifier)["Policy"],
        )
        try:
            document = json.loads(found or "{}")
        except ValueError:
            return []
        statements = document.get("Statement") or []
        return [each for each in statements if isinstance(each, dict) and each.get("Effect") == "Allow"]

    def _look(self, action: str, read: Callable[[], Any]) -> Any:
        """Return what a call says; None, with a note where it was denied."""
        found = look(self._function, action, read)
        if isinstance(found, Denied):
            self.notes.append(f"what {action} says of it ({found.reason})")
        return None if isinstance(found, Denied | Missing) else found


def _each_once(triggers: Any) -> list[Trigger]:
    found: list[Trigger] = []
    for trigger in triggers:
        if all((trigger.kind, trigger.fields) != (other.kind, other.fields) for other in found):
            found.append(trigger)
    return found
