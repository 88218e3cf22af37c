"""X-Ray at the front: the segments of traced calls, and the operations that read them."""

from warmgate_ops.rehearsal.cloud.traces.front import TracesFront
from warmgate_ops.rehearsal.cloud.traces.store import TraceStore

__all__ = ["TraceStore", "TracesFront"]
