variables {
  function_name = "checkout-api"
}

run "both_hooks_by_default" {
  command = plan

  assert {
    condition     = output.hooks == tomap({ BeforeAllowTraffic = "CodeDeployHook_warmgate-before", AfterAllowTraffic = "CodeDeployHook_warmgate-after" })
    error_message = "both hooks, by the names that the template gives them"
  }
  assert {
    condition     = output.tags == tomap({ "warmgate:allow" = "true" })
    error_message = "no policy is named"
  }
  assert {
    condition     = contains(output.auto_rollback_events, "DEPLOYMENT_FAILURE")
    error_message = "a refused version goes back"
  }
  assert {
    condition     = output.appspec == null
    error_message = "no versions, no AppSpec"
  }
}

run "one_hook_and_a_policy" {
  command = plan

  variables {
    after_hook      = ""
    policy          = "s3://policies/checkout.yaml"
    current_version = "6"
    target_version  = "7"
  }

  assert {
    condition     = jsondecode(output.appspec).Hooks == [{ BeforeAllowTraffic = "CodeDeployHook_warmgate-before" }]
    error_message = "an empty name is no hook"
  }
  assert {
    condition     = output.tags["warmgate:policy"] == "s3://policies/checkout.yaml"
    error_message = "the policy is a tag of the function"
  }
}
