/**
 * A declared AppSync GraphQL API. Each root field that a worker resolves goes to that worker's function as it is ("direct Lambda resolver"):
 * no templates in between. Callers are roles with a right to the field, or whoever has the API key.
 * https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference-js.html
 */

import type { GraphField, GraphResource } from '@org/gateway-server/service';
import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnApiKey, CfnDataSource, CfnGraphQLApi, CfnGraphQLSchema, CfnResolver } from 'aws-cdk-lib/aws-appsync';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';
import { allow, type DeployedResource } from './permissions.js';

type GraphSettings = Exclude<StageSettings['graph'], false>;

/** Deeper or wider queries than these are mistakes or attacks. */
const MAX_DEPTH = 8;
const MAX_RESOLVERS = 50;

/** A GraphQL API, to which workers add the resolvers of their fields. */
export class GraphApi extends Construct {
  readonly deployed: DeployedResource;
  readonly #api: CfnGraphQLApi;
  readonly #schema: CfnGraphQLSchema;

  constructor(scope: Construct, declaration: GraphResource, settings: StageSettings & { readonly graph: GraphSettings }) {
    super(scope, `${declaration.name}Graph`);
    const { graph } = settings;
    const logsRole = new Role(this, 'LogsRole', { assumedBy: new ServicePrincipal('appsync.amazonaws.com') });
    this.#api = new CfnGraphQLApi(this, 'Api', {
      name: `gateway-${settings.stage}-${declaration.name}`,
      authenticationType: graph.auth === 'iam' ? 'AWS_IAM' : 'API_KEY',
      xrayEnabled: true,
      queryDepthLimit: MAX_DEPTH,
      resolverCountLimit: MAX_RESOLVERS,
      logConfig: { cloudWatchLogsRoleArn: logsRole.roleArn, fieldLogLevel: 'ERROR', excludeVerboseContent: true },
    });
    acknowledge(this.#api, { 'AwsSolutions-ASC3': 'Errors are logged without the contents of requests: those are data of users.' });
    this.#schema = new CfnGraphQLSchema(this, 'Schema', { apiId: this.#api.attrApiId, definition: declaration.schema });
    this.#allowLogs(logsRole, settings);
    const { attrGraphQlUrl: url, attrArn: arn } = this.#api;
    this.deployed =
      graph.auth === 'iam'
        ? { declaration, location: url, arn }
        : { declaration, location: `${url}#${this.#addKey(graph.keyExpiresOn)}`, arn, needsNoRights: true };
  }

  /** Lets a function resolve root fields. */
  resolve(worker: string, fields: readonly GraphField[], lambda: IFunction): void {
    const role = new Role(this, `${worker}Role`, { assumedBy: new ServicePrincipal('appsync.amazonaws.com') });
    allow(role, { sid: 'Resolver', actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] });
    const source = new CfnDataSource(this, `${worker}Source`, {
      apiId: this.#api.attrApiId,
      name: worker,
      type: 'AWS_LAMBDA',
      lambdaConfig: { lambdaFunctionArn: lambda.functionArn },
      serviceRoleArn: role.roleArn,
    });
    source.node.addDependency(role);
    for (const field of fields) {
      const [typeName = '', fieldName = ''] = field.split('.');
      const resolver = new CfnResolver(this, `${typeName}${fieldName}`, {
        apiId: this.#api.attrApiId,
        typeName,
        fieldName,
        dataSourceName: source.attrName,
      });
      resolver.addResourceDependency(this.#schema);
    }
  }

  /** AppSync makes up the group's name; made here, it expires. */
  #allowLogs(role: Role, settings: StageSettings): void {
    const group = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/appsync/apis/${this.#api.attrApiId}`,
      retention: settings.logRetentionDays,
      removalPolicy: settings.data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    allow(role, { sid: 'Logs', actions, resources: [group.logGroupArn] });
  }

  /** The key of whoever may call; without an expiry AppSync gives it seven days. */
  #addKey(expiresOn: string): string {
    const expires = Date.parse(`${expiresOn}T00:00:00Z`) / 1_000;
    return new CfnApiKey(this, 'Key', { apiId: this.#api.attrApiId, expires }).attrApiKey;
  }
}
