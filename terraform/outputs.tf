output "hooks" {
  description = "Function of each lifecycle event, for an AppSpec or a module that writes one."
  value       = tomap(merge({}, local.hooks...))
}

output "tags" {
  description = "Tags of the function: they allow Warmgate to call it, and name its policy."
  value = tomap(merge(
    { "warmgate:allow" = "true" },
    var.policy == "" ? {} : { "warmgate:policy" = var.policy },
  ))
}

output "auto_rollback_events" {
  description = "Events that the deployment group rolls back on; without DEPLOYMENT_FAILURE a refused version stays in service."
  value       = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
}

output "appspec" {
  description = "AppSpec of the deployment between both versions as JSON; null where one is not given."
  value = (
    var.current_version == null || var.target_version == null
    ? null
    : replace(jsonencode(local.revision), "\"version\":0}", "\"version\":0.0}")
  )
}
