variable "function_name" {
  description = "Name of the function that CodeDeploy releases."
  type        = string
}

variable "alias" {
  description = "Alias that CodeDeploy shifts."
  type        = string
  default     = "live"
}

variable "before_hook" {
  description = "Name or ARN of the BeforeAllowTraffic hook; empty for none."
  type        = string
  default     = "CodeDeployHook_warmgate-before"
}

variable "after_hook" {
  description = "Name or ARN of the AfterAllowTraffic hook; empty for none."
  type        = string
  default     = "CodeDeployHook_warmgate-after"
}

variable "policy" {
  description = "Source of the function's policy for the tag warmgate:policy, as s3://bucket/key; empty for the default policy."
  type        = string
  default     = ""
}

variable "current_version" {
  description = "Version that the alias serves; with target_version it makes an AppSpec."
  type        = string
  default     = null
}

variable "target_version" {
  description = "Version to deploy."
  type        = string
  default     = null
}
