"""Read by MiniStack's interpreter as it starts: alarms are evaluated by the local cloud and not by MiniStack.

MiniStack evaluates every alarm with every PutMetricData, over all dimensions at once and without periods, which would
set alarms that have no breaching datapoint, and it has no setting for it. Should it name its evaluation otherwise one
day, it does not start, and its log says why.
"""

import importlib
import importlib.util
import os
import sys

if importlib.util.find_spec("ministack") is not None:
    try:
        cloudwatch = importlib.import_module("ministack.services.cloudwatch")

        del cloudwatch.__dict__["_evaluate_alarm"]
        cloudwatch.__dict__["_evaluate_alarm"] = lambda _: None
    except (ImportError, KeyError) as error:
        sys.stderr.write(f"ministack.services.cloudwatch._evaluate_alarm cannot be replaced: {error}\n")
        sys.stderr.flush()
        os._exit(1)
