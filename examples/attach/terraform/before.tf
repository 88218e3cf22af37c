module "checkout" {
  source  = "terraform-aws-modules/lambda/aws"
  version = "~> 8.0"

  function_name = "checkout-api"
  handler       = "app.handler"
  runtime       = "python3.13"
  source_path   = "src"
  publish       = true
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

  create_deployment          = true
  run_deployment             = true
  wait_deployment_completion = true
}
