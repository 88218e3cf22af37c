"""Where AWS documents the event of each kind."""

from __future__ import annotations

from warmgate.policy.values import EventKind as K

_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
SOURCES = {
    K.HTTP_API: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
    K.REST_API: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    K.FUNCTION_URL: f"{_LAMBDA}/urls-invocation.html",
    K.ALB: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
    K.SQS: f"{_LAMBDA}/with-sqs.html",
    K.SNS: f"{_LAMBDA}/with-sns.html",
    K.S3: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html",
    K.EVENTBRIDGE: "https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html",
    K.SCHEDULE: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html",
    K.DYNAMODB_STREAM: f"{_LAMBDA}/with-ddb.html",
    K.KINESIS: f"{_LAMBDA}/with-kinesis.html",
    K.COGNITO: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html",
    K.APPSYNC: "https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html",
}
