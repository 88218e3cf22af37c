module "checkout" {
  source  = "terraform-aws-modules/lambda/aws"
  version = "~> 8.0"

  function_name = "checkout-api"
  handler       = "app.handler"
  runtime       = "python3.13"
  source_path   = "src"
  publish       = true

  tags = { "warmgate:allow" = "true" }
}

data "aws_lambda_function" "warmgate" {
  for_each      = toset(["before", "after"])
  function_name = "CodeDeployHook_warmgate-${each.key}"
}

module "live" {
  source  = "terraform-aws-modules/lambda/aws//modules/alias"
  version = "~> 8.0"

  name             = "live"
  function_name    = module.checkout.lambda_function_name
  function_version = module.checkout.lambda_function_version
  refresh_alias    = false
}

module "deploy" {
  source  = "terraform-aws-modules/lambda/aws//modules/deploy"
  version = "~> 8.0"

  alias_name     = module.live.lambda_alias_name
  function_name  = module.checkout.lambda_function_name
  target_version = module.checkout.lambda_function_version

  create_app              = true
  app_name                = "checkout"
  create_deployment_group = true
  deployment_group_name   = "checkout-api"
  deployment_config_name  = "CodeDeployDefault.LambdaCanary10Percent5Minutes"

  before_allow_traffic_hook_arn = data.aws_lambda_function.warmgate["before"].arn
  after_allow_traffic_hook_arn  = data.aws_lambda_function.warmgate["after"].arn

  # The module's own default leaves a version that AfterAllowTraffic refused in service.
  auto_rollback_events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]

  create_deployment          = true
  run_deployment             = true
  wait_deployment_completion = true
}
