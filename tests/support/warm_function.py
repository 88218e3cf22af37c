"""A function that answers pings before its work, as a keeper expects it, and counts what it did in its log."""

from __future__ import annotations

ANSWERING = """
import os, time
def handler(event, context):
    if isinstance(event, dict) and event.get("warmgate") == "warm":
        time.sleep(min(event.get("hold_ms", 0), 1000) / 1000)
        return {"warmgate": "warm", "environment": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}
    print("worked")
    time.sleep(0.3)
    return {"worked": True}
"""
DEAF = """
def handler(event, context):
    print("worked")
    return {"worked": True}
"""
