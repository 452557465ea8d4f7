/**
 * A declared model: the SageMaker endpoint that the settings name, or one that runs their container image. Its role may pull that image and
 * write the endpoint's logs and metrics; the container itself has no network and no credentials.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
 *
 * On the local stage a program stands for the container, named in the model's metadata.
 */

import { relative } from 'node:path';
import type { ModelResource } from '@org/gateway-server/service';
import { ArnFormat, Stack, Stage } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEndpoint, CfnEndpointConfig, CfnModel } from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { REPOSITORY } from '../repository.js';
import type { ModelSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';
import { allow, type DeployedResource } from './permissions.js';

type OwnModel = Exclude<ModelSettings, { readonly endpointName: string }>;

/** An image that is never pulled: the local stage runs the script instead. */
const LOCAL_IMAGE = '000000000000.dkr.ecr.us-east-1.amazonaws.com/local-stage:latest';

/** The endpoint of a declared model, created unless it is imported. */
export function deployedModel(scope: Construct, declaration: ModelResource, settings: ModelSettings): DeployedResource {
  if ('endpointName' in settings) return located(scope, declaration, settings.endpointName);
  const { endpointName } = new ModelEndpoint(scope, `${declaration.name}Model`, settings);
  return located(scope, declaration, endpointName);
}

/** SageMaker's ARNs have the name in small letters. */
function located(scope: Construct, declaration: ModelResource, endpointName: string): DeployedResource {
  const resourceName = endpointName.startsWith('${') ? endpointName : endpointName.toLowerCase();
  const arn = Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName });
  return { declaration, location: endpointName, arn };
}

/** A model with an endpoint of its own. */
class ModelEndpoint extends Construct {
  readonly endpointName: string;

  constructor(scope: Construct, id: string, settings: OwnModel) {
    super(scope, id);
    const image = 'script' in settings ? LOCAL_IMAGE : settings.image;
    const model = new CfnModel(this, 'Model', {
      executionRoleArn: executionRole(this, image).roleArn,
      enableNetworkIsolation: true,
      primaryContainer: { image },
    });
    model.node.addDependency(this.node.findChild('Role'));
    if ('script' in settings) model.addMetadata('local-stage:container', { script: fromAssembly(this, settings.script) });
    const config = new CfnEndpointConfig(this, 'Config', {
      productionVariants: [{ modelName: model.attrModelName, variantName: 'main', initialVariantWeight: 1, ...capacity(settings) }],
    });
    this.endpointName = new CfnEndpoint(this, 'Endpoint', { endpointConfigName: config.attrEndpointConfigName }).attrEndpointName;
  }
}

function capacity(settings: OwnModel): Partial<CfnEndpointConfig.ProductionVariantProperty> {
  if ('instanceType' in settings) return { instanceType: settings.instanceType, initialInstanceCount: settings.instances };
  const { memoryMb, maxConcurrency } = 'serverless' in settings ? settings.serverless : { memoryMb: 1024, maxConcurrency: 1 };
  return { serverlessConfig: { memorySizeInMb: memoryMb, maxConcurrency } };
}

function executionRole(scope: Construct, image: string): Role {
  const stack = Stack.of(scope);
  const [, account, region, repository] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image) ?? [];
  const logs = { service: 'logs', resource: 'log-group', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'), description: 'runs a model' });
  allow(role, {
    sid: 'Image',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: [`arn:${stack.partition}:ecr:${region}:${account}:repository/${repository}`],
  });
  allow(role, {
    sid: 'Logs',
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [stack.formatArn({ ...logs, resourceName: '/aws/sagemaker/Endpoints/*' })],
    wildcard: "SageMaker names the endpoint's log group and streams itself.",
  });
  allowEverywhere(role);
  return role;
}

/** Neither of these actions has a resource to name (Service Authorization Reference, ECR and CloudWatch). */
function allowEverywhere(role: Role): void {
  role.addToPolicy(new PolicyStatement({ sid: 'Registry', actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
  const conditions = { StringEquals: { 'cloudwatch:namespace': ['/aws/sagemaker/Endpoints', 'AWS/SageMaker'] } };
  role.addToPolicy(new PolicyStatement({ sid: 'Metrics', actions: ['cloudwatch:PutMetricData'], resources: ['*'], conditions }));
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]': 'A login to ECR and metrics have no resource; metrics are bound to their namespaces.',
  });
}

/** Where the local stage finds a script of the repository: by its path from the assembly. */
function fromAssembly(scope: Construct, script: string): string {
  const outdir = Stage.of(scope)?.outdir ?? REPOSITORY;
  return relative(outdir, `${REPOSITORY}${script}`);
}
