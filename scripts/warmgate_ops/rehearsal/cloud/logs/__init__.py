"""CloudWatch Logs at the front: FilterLogEvents with its terms and pages, and what hooks ask of Logs Insights."""
