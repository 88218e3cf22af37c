"""Read by MiniStack's interpreter as it starts: what the local cloud does better than MiniStack is put into its place.

MiniStack evaluates every alarm with every PutMetricData, over all dimensions at once and without periods, which would
set alarms that have no breaching datapoint, and it has no setting for it. It describes alarms in part, some versions by
their function's ARN. It calls functions by schedules, and from Step Functions, in its own executor. Its CloudFormation
has no types of CodeDeploy and moves an alias without a deployment. Should it name its parts otherwise one day, it does
not start, and its log says why.
"""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

if importlib.util.find_spec("ministack") is not None:
    part = "ministack.services.cloudwatch._evaluate_alarm"
    try:
        cloudwatch = importlib.import_module("ministack.services.cloudwatch")

        del cloudwatch.__dict__["_evaluate_alarm"]
        cloudwatch.__dict__["_evaluate_alarm"] = lambda _: None

        part = "ministack.services.cloudwatch: what puts and describes alarms"
        importlib.import_module("alarms").install(cloudwatch.__dict__)

        part = "ministack.services.eventbridge: what calls the targets of schedules"
        importlib.import_module("schedules").install(importlib.import_module("ministack.services.eventbridge").__dict__)

        if "WARMGATE_ENDPOINT_FILE" in os.environ:
            part = "what calls the front"
            installing = importlib.import_module("stack_types.installing")
            front = installing.Front(Path(os.environ["WARMGATE_ENDPOINT_FILE"]), os.environ["MINISTACK_ACCOUNT_ID"])

            part = "ministack.services.lambda_svc: what publishes versions"
            service = importlib.import_module("ministack.services.lambda_svc")
            importlib.import_module("versions").install(service.__dict__, front.take_snapshot)

            part = "ministack.services.stepfunctions: what calls functions, waits and tells"
            clock = importlib.import_module("hastened").Clock(Path(os.environ["WARMGATE_CLOCK_FILE"]))
            eventbridge = importlib.import_module("ministack.services.eventbridge").__dict__
            states = importlib.import_module("ministack.services.stepfunctions").__dict__
            importlib.import_module("workflows").install(states, eventbridge, front, clock)

            part = "ministack.services.cloudformation"
            installing.Installer(front, Path(os.environ["WARMGATE_CODE"]), "us-east-1").install()
    except (ImportError, KeyError, AttributeError) as error:
        sys.stderr.write(f"{part} cannot be replaced: {error}\n")
        sys.stderr.flush()
        os._exit(1)
