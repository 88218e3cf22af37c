"""Notifies people of a report by every way there is, each once, whatever run dies when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warmgate.errors import ClaimError, NoticeError
from warmgate.model.release import Claim, Notice
from warmgate.ports.once import Claims
from warmgate.ports.reports import Notices, StoredReports
from warmgate.ports.time import Clock

NOTICE_LEASE_MS = 30_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The ways to notify, under claims."""

    reports: StoredReports
    claims: Claims
    clock: Clock
    notices: tuple[Notices, ...] = ()
    log: Callable[[str], None] = lambda _line: None

    def tell(self, document: dict[str, Any], about: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Notify by each way once of what a report is `about`; return those used now, and what went wrong."""
        from warmgate.report.notice import build_notice

        notice = build_notice(document, self.reports.address(str(document["deployment_id"])))
        notified: list[str] = []
        troubles: list[str] = []
        for way in self.notices:
            key = " ".join(filter(None, ("notice", way.name, about, notice.deployment_id)))
            try:
                claim = self._claimed(key)
                if claim is Claim.TAKEN:
                    self._send(way, notice, key)
                    notified.append(way.name)
                elif claim is Claim.HELD and way.essential:
                    troubles.append(f"{way.name}: another run is sending this notification")
            except (ClaimError, NoticeError) as error:
                self.log(f"{notice.deployment_id}: could not notify by {way.name} ({error})")
                troubles += [f"{way.name}: {error}"] if way.essential else []
        return tuple(notified), tuple(troubles)

    def _claimed(self, key: str) -> Claim:
        """Claim a key; where the answer took as long as the lease, another run may have claimed it meanwhile."""
        asked_ms = self.clock.now_ms()
        claim = self.claims.claim(key, NOTICE_LEASE_MS)
        late = self.clock.now_ms() - asked_ms >= NOTICE_LEASE_MS
        if claim is Claim.TAKEN and late and not self.claims.renew(key, NOTICE_LEASE_MS):
            return Claim.HELD
        return claim

    def _send(self, way: Notices, notice: Notice, key: str) -> None:
        try:
            way.send(notice)
        except Exception as error:
            self.claims.give_up(key)
            if isinstance(error, NoticeError):
                raise
            raise NoticeError(f"unforeseen {type(error).__name__}: {error}") from error
        self.claims.settle(key)
