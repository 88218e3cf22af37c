"""Rules with a schedule, and EventBridge Scheduler: MiniStack keeps the definitions, functions are called from here."""

from warmgate_ops.rehearsal.cloud.schedules.front import SchedulerFront
from warmgate_ops.rehearsal.cloud.schedules.watch import ScheduledCall, ScheduleWatch

__all__ = ["ScheduleWatch", "ScheduledCall", "SchedulerFront"]
