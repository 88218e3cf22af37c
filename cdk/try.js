// Synthesizes an application with the construct and looks at what CloudFormation would get.
const assert = require('node:assert/strict');
const { App, Stack } = require('aws-cdk-lib');
const lambda = require('aws-cdk-lib/aws-lambda');
const { Template } = require('aws-cdk-lib/assertions');
const { WarmgateDeploymentGroup } = require('.');

const stack = new Stack(new App(), 'Checkout');
const target = new lambda.Function(stack, 'CheckoutApi', {
  runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => 1'),
});
const alias = new lambda.Alias(stack, 'Live', { aliasName: 'live', version: target.currentVersion });
new WarmgateDeploymentGroup(stack, 'Release', { alias, target, policy: 's3://policies/checkout.yaml' });

const found = Template.fromStack(stack);
const [live] = Object.values(found.findResources('AWS::Lambda::Alias'));
const update = live.UpdatePolicy.CodeDeployLambdaAliasUpdate;
// The CDK takes a function's name out of its ARN while the stack is deployed.
assert.match(JSON.stringify(update.BeforeAllowTrafficHook), /:function:CodeDeployHook_warmgate-before"/);
assert.match(JSON.stringify(update.AfterAllowTrafficHook), /:function:CodeDeployHook_warmgate-after"/);
found.hasResourceProperties('AWS::Lambda::Function', {
  Tags: [{ Key: 'warmgate:allow', Value: 'true' }, { Key: 'warmgate:policy', Value: 's3://policies/checkout.yaml' }],
});
found.hasResourceProperties('AWS::CodeDeploy::DeploymentGroup', {
  AutoRollbackConfiguration: { Enabled: true }, DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
});
console.log('ok: both hooks, rollback and tags are in the template');
