"""Finds the policy of a target: the function's tag, else the first bundled policy that matches, else default.yaml."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmgate.adapters.faults import code_of
from warmgate.adapters.owners import owned_by
from warmgate.adapters.payload_files import payloads_in
from warmgate.adapters.port_errors import UNANSWERED, raised_as
from warmgate.adapters.tags import tags_of
from warmgate.errors import PolicyLookupError, SettingsError
from warmgate.model.deadline import Deadline
from warmgate.model.deployment import Target
from warmgate.policy.values import Policy

if TYPE_CHECKING:
    from warmgate.documents.place import LoadFile

TAG = "warmgate:policy"
KINDS = ("bundled", "ssm", "s3", "appconfig")
DEFAULT = "default.yaml"


class TaggedPolicies:
    """Policies by tag or by match; only the kinds of source in `allowed` are read, only buckets of `account`."""

    def __init__(
        self, clients: Callable[[str], Any], folder: Path, allowed: tuple[str, ...] = KINDS, account: str = ""
    ) -> None:
        self._clients = clients
        self._folder = folder
        self._allowed = allowed
        self._account = account

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:  # noqa: ARG002 - look-ups are short
        """Return the policy and its source; a pinned policy comes before the tag."""
        if (pinned := self._pinned(target)) is not None:
            return pinned
        source = self._tag(target.function)
        if source:
            return self._from_source(source, target.function), source
        return self._bundled_match(target)

    def _tag(self, function: str) -> str:
        hint = "allow lambda:ListTags and lambda:GetFunctionConfiguration to the role"
        with raised_as(PolicyLookupError, f"{function}: its tags could not be read", hint):
            return tags_of(self._clients, function).get(TAG, "")

    def _from_source(self, source: str, function: str) -> Policy:
        kind, _, rest = source.partition(":")
        if kind not in KINDS:
            raise PolicyLookupError(
                f"{function}: tag {TAG} is {source!r}",
                hint="write bundled:NAME, ssm:/path, s3://bucket/key or appconfig:app/env/profile",
            )
        if kind not in self._allowed:
            raise PolicyLookupError(
                f"{function}: policy source {source} is not allowed here, allowed are {', '.join(self._allowed)}",
                hint="change WARMGATE_POLICY_SOURCES of the hook, or the function's tag",
            )
        if kind == "bundled":
            return self._bundled(f"{rest}.yaml", function)
        hint = "check that it exists and is UTF-8 text, and allow the hook's role to read it"
        with raised_as(PolicyLookupError, f"{function}: {source} could not be read", hint):
            text, load_file = self._remote(kind, rest)
        return _parsed(text, source, load_file)

    def _remote(self, kind: str, rest: str) -> tuple[str, LoadFile | None]:
        if kind == "ssm":
            found = self._clients("ssm").get_parameter(Name=rest, WithDecryption=True)
            return str(found["Parameter"]["Value"]), None
        if kind == "s3":
            bucket, _, key = rest.removeprefix("//").partition("/")
            return self._object(bucket, key), self._objects_beside(bucket, key)
        return self._appconfig(rest), None

    def _object(self, bucket: str, key: str) -> str:
        body = self._clients("s3").get_object(Bucket=bucket, Key=key, **owned_by(self._account))["Body"]
        return str(body.read().decode("utf-8"))

    def _objects_beside(self, bucket: str, policy: str) -> LoadFile:
        """Return what reads payload files under the policy's own prefix; a failure becomes a fault of the policy."""
        folder = policy.rpartition("/")[0]

        def load(name: str) -> str:
            key = f"{folder}/{name}".lstrip("/")
            try:
                return self._object(bucket, key)
            except UNANSWERED as error:
                # The cause comes first: a fault shows the beginning of it.
                raise PolicyLookupError(f"{code_of(error)} for s3://{bucket}/{key}") from error

        return load

    def _appconfig(self, rest: str) -> str:
        application, _, tail = rest.partition("/")
        environment, _, profile = tail.partition("/")
        if not (application and environment and profile):
            raise PolicyLookupError(
                f"appconfig:{rest}: found {rest.count('/') + 1} parts, expected app/env/profile",
                hint="write appconfig:APPLICATION/ENVIRONMENT/PROFILE",
            )
        client = self._clients("appconfigdata")
        session = client.start_configuration_session(
            ApplicationIdentifier=application,
            EnvironmentIdentifier=environment,
            ConfigurationProfileIdentifier=profile,
        )
        found = client.get_latest_configuration(ConfigurationToken=session["InitialConfigurationToken"])
        return str(found["Configuration"].read().decode("utf-8"))

    def _bundled_match(self, target: Target) -> tuple[Policy, str]:
        if not self._folder.is_dir():
            raise PolicyLookupError(
                f"{self._folder}: no such folder of policies",
                hint="set WARMGATE_POLICIES, or attach the policies' layer",
            )
        return next(self._bundled_for(target, self._names()))

    def _pinned(self, target: Target) -> tuple[Policy, str] | None:
        """Return the first pinned policy that is for a target; only files that hold the word are parsed."""
        names = [name for name in self._names() if _says_pinned(self._folder / name)]
        for policy, source in self._bundled_for(target, names) if names else ():
            if policy.pinned:
                return policy, f"{source} (pinned)"
        return None

    def _names(self) -> list[str]:
        """Return the files of bundled policies in the order in which they are tried, the default last."""
        return [*sorted(path.name for path in self._folder.glob("*.yaml") if path.name != DEFAULT), DEFAULT]

    def _bundled_for(self, target: Target, names: list[str]) -> Iterator[tuple[Policy, str]]:
        """Yield the policies of some files that are for a target; the default is for every one."""
        from warmgate.policy import matches

        for name in names:
            policy = self._bundled(name, target.function)
            if name == DEFAULT or matches(policy, target):
                yield policy, f"bundled:{name.removesuffix('.yaml')}"

    def _bundled(self, name: str, function: str) -> Policy:
        path = self._folder / name
        if path.parent != self._folder or not path.is_file():
            known = ", ".join(sorted(found.stem for found in self._folder.glob("*.yaml"))) or "none"
            raise PolicyLookupError(f"{function}: no bundled policy {name!r}", hint=f"bundled are: {known}")
        return read_policy(path)


class UnsetPolicies:
    """Stands in where the settings are wrong: the hook can still report to CodeDeploy why nothing was judged."""

    def __init__(self, error: SettingsError) -> None:
        self._error = error

    def find(self, target: Target, deadline: Deadline) -> tuple[Policy, str]:  # noqa: ARG002 - the port's shape
        """Raise what was wrong with the settings."""
        raise PolicyLookupError(self._error.message, hint=self._error.hint) from self._error


def read_policy(path: Path) -> Policy:
    """Return the policy of a file; its payload files are read from the same folder.

    Raises:
        PolicyError: the document has faults.
        PolicyLookupError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyLookupError(f"{path}: {error}", hint="name a readable policy file") from error
    return _parsed(text, str(path), payloads_in(path.parent))


def _says_pinned(path: Path) -> bool:
    try:
        return b"pinned" in path.read_bytes()
    except OSError:  # It is reported where it is needed.
        return False


def _parsed(text: str, source: str, load_file: LoadFile | None) -> Policy:
    # The parser and its YAML library take 30 ms to import: after init, where the first policy is read.
    from warmgate.policy import parse_policy

    return parse_policy(text, source, load_file)
