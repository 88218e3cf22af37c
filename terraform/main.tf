# It needs no provider: what it knows is how Warmgate is attached, and the resources stay yours.
locals {
  hooks = [
    for each in [
      { event = "BeforeAllowTraffic", function = var.before_hook },
      { event = "AfterAllowTraffic", function = var.after_hook },
    ] : { (each.event) = each.function } if each.function != ""
  ]

  revision = {
    version = 0
    Resources = [{
      (var.function_name) = {
        Type = "AWS::Lambda::Function"
        Properties = {
          Name           = var.function_name
          Alias          = var.alias
          CurrentVersion = var.current_version
          TargetVersion  = var.target_version
        }
      }
    }]
    Hooks = local.hooks
  }
}
