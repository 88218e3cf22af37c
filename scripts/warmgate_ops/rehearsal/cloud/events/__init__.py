"""EventBridge at the front: events are matched by MiniStack, functions run in the cloud's own runtimes."""

from warmgate_ops.rehearsal.cloud.events.bus import EventBus

__all__ = ["EventBus"]
