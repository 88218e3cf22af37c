"""CloudWatch's metric alarms, evaluated on the metrics of the local cloud."""
