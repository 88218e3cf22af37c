"""The operations on deployment configurations."""

from __future__ import annotations

from warmgate_ops.rehearsal.cloud.codedeploy.account import Account
from warmgate_ops.rehearsal.cloud.codedeploy.settings import read_schedule, schedule_as_wire
from warmgate_ops.rehearsal.cloud.codedeploy.store import Config
from warmgate_ops.rehearsal.cloud.codedeploy.wire import Body, Refusal, read_name, refuse_token

PREDEFINED = "CodeDeployDefault."


class ConfigOperations:
    """Create, read and delete deployment configurations."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def create(self, body: Body) -> Body:
        """Answer CreateDeploymentConfig."""
        name = read_name(body, "deploymentConfigName", "DeploymentConfigName")
        if name.startswith(PREDEFINED):
            raise Refusal(
                "InvalidDeploymentConfigNameException", f"deploymentConfigName: {name} starts with {PREDEFINED}"
            )
        if name in self._store.configs:
            raise Refusal("DeploymentConfigAlreadyExistsException", f"Deployment config name already exists: {name}")
        platform = body.get("computePlatform", "Server")
        if platform != "Lambda":
            raise Refusal("InvalidComputePlatformException", f"computePlatform: found {platform!r}, expected Lambda")
        made = Config(name, self._account.ids.resource(), self._account.clock.now_s(), read_schedule(body))
        self._store.configs[name] = made
        return {"deploymentConfigId": made.config_id}

    def get(self, body: Body) -> Body:
        """Answer GetDeploymentConfig."""
        config = self._store.config(read_name(body, "deploymentConfigName", "DeploymentConfigName"))
        found = {
            "deploymentConfigId": config.config_id,
            "deploymentConfigName": config.name,
            "createTime": config.create_s,
            "computePlatform": "Lambda",
            "trafficRoutingConfig": schedule_as_wire(config.schedule),
        }
        return {"deploymentConfigInfo": found}

    def list(self, body: Body) -> Body:
        """Answer ListDeploymentConfigs."""
        refuse_token(body)
        return {"deploymentConfigsList": sorted(self._store.configs)}

    def delete(self, body: Body) -> Body:
        """Answer DeleteDeploymentConfig."""
        name = read_name(body, "deploymentConfigName", "DeploymentConfigName")
        if name.startswith(PREDEFINED):
            raise Refusal("InvalidOperationException", f"{name} is predefined and cannot be deleted")
        users = sorted(group.name for group in self._store.groups.values() if group.config == name)
        if users:
            raise Refusal("DeploymentConfigInUseException", f"{name} is used by deployment groups {', '.join(users)}")
        self._store.configs.pop(name, None)
        return {}
