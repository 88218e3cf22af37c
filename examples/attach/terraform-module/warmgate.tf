module "warmgate" {
  source = "../../../terraform"

  function_name   = "checkout-api"
  alias           = "live"
  current_version = var.current_version
  target_version  = var.target_version
}

variable "current_version" {
  type = string
}

variable "target_version" {
  type = string
}

# What `aws deploy create-deployment` takes as the content of an AppSpecContent revision.
output "appspec" {
  value = module.warmgate.appspec
}
