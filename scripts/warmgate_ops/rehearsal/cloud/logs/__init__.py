"""CloudWatch Logs at the front: FilterLogEvents with its patterns and pages, and a subset of Logs Insights."""
