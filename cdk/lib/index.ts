import { Tags } from 'aws-cdk-lib';
import { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** What is released, and how. */
export interface WarmgateDeploymentGroupProps {
  /** The alias that CodeDeploy shifts. */
  readonly alias: lambda.Alias;
  /** Its function, which is tagged so that Warmgate may call it. */
  readonly target: lambda.Function;
  /**
   * The application of CodeDeploy.
   * @default - a new one
   */
  readonly application?: codedeploy.ILambdaApplication;
  /**
   * How traffic is shifted.
   * @default LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES
   */
  readonly deploymentConfig?: codedeploy.ILambdaDeploymentConfig;
  /**
   * Alarms that stop a deployment.
   * @default - none
   */
  readonly alarms?: IAlarm[];
  /**
   * Source of the function's policy, as s3://bucket/key.
   * @default - the default policy
   */
  readonly policy?: string;
  /**
   * Name of the BeforeAllowTraffic hook.
   * @default CodeDeployHook_warmgate-before
   */
  readonly before?: string;
  /**
   * Name of the AfterAllowTraffic hook.
   * @default CodeDeployHook_warmgate-after
   */
  readonly after?: string;
}

/** A deployment group of an alias with both hooks, a rollback of what they refuse, and the tags they look for. */
export class WarmgateDeploymentGroup extends Construct {
  /** The group. */
  public readonly group: codedeploy.LambdaDeploymentGroup;

  constructor(scope: Construct, id: string, props: WarmgateDeploymentGroupProps) {
    super(scope, id);
    Tags.of(props.target).add('warmgate:allow', 'true');
    if (props.policy) {
      Tags.of(props.target).add('warmgate:policy', props.policy);
    }
    const hook = (name: string, func: string) => lambda.Function.fromFunctionName(this, name, func);
    this.group = new codedeploy.LambdaDeploymentGroup(this, 'Group', {
      alias: props.alias,
      application: props.application,
      deploymentConfig: props.deploymentConfig ?? codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: props.alarms,
      autoRollback: { failedDeployment: true, stoppedDeployment: true },
      preHook: hook('Before', props.before ?? 'CodeDeployHook_warmgate-before'),
      postHook: hook('After', props.after ?? 'CodeDeployHook_warmgate-after'),
    });
  }
}
