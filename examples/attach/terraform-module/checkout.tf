resource "aws_lambda_function" "checkout" {
  function_name = "checkout-api"
  filename      = "code.zip"
  handler       = "app.handler"
  runtime       = "python3.13"
  role          = aws_iam_role.checkout.arn
  publish       = true

  tags = module.warmgate.tags
}

resource "aws_codedeploy_app" "checkout" {
  name             = "checkout"
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_group" "checkout" {
  app_name               = aws_codedeploy_app.checkout.name
  deployment_group_name  = "checkout-api"
  deployment_config_name = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  service_role_arn       = aws_iam_role.codedeploy.arn

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }

  auto_rollback_configuration {
    enabled = true
    events  = module.warmgate.auto_rollback_events
  }
}

resource "aws_iam_role" "checkout" {
  name               = "checkout-api"
  assume_role_policy = data.aws_iam_policy_document.assumed["lambda"].json
}

resource "aws_iam_role" "codedeploy" {
  name               = "checkout-codedeploy"
  assume_role_policy = data.aws_iam_policy_document.assumed["codedeploy"].json
}

# Of all functions it may call those alone whose names begin with CodeDeployHook_.
resource "aws_iam_role_policy_attachment" "codedeploy" {
  role       = aws_iam_role.codedeploy.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
}

data "aws_iam_policy_document" "assumed" {
  for_each = toset(["lambda", "codedeploy"])

  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}
