/**
 * One function with its own role and log group. The role starts with what every function needs and nothing else: writing to its own log
 * group and sending traces (X-Ray's actions have no resources, so `*` there is AWS's spelling of "here").
 */

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageSettings } from '../settings-schema.js';
import { acknowledge } from './acknowledge.js';
import { allow, type Permission } from './permissions.js';

export interface GatewayFunctionProps {
  readonly settings: StageSettings;
  readonly description: string;
  /** Folder with `index.mjs`. */
  readonly codeFolder: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly Permission[];
  /** Fixed name of the role, where another account has to know it. @default CloudFormation makes one up */
  readonly roleName?: string;
}

/** A function, its role and its log group. */
export class GatewayFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: GatewayFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays,
      removalPolicy: props.settings.data.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.#role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${props.settings.stage}: ${props.description}`,
      ...(props.roleName === undefined ? {} : { roleName: props.roleName }),
    });
    acknowledge(this.#role, { 'AwsSolutions-IAM5[Resource::*]': "X-Ray's two actions have no resources; any other `*` is refused." });
    this.allow({ sid: 'OwnLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
    for (const permission of props.permissions) this.allow(permission);
    this.lambda = new LambdaFunction(this, 'Function', {
      description: `${props.settings.stage}: ${props.description}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.codeFolder),
      handler: 'index.handler',
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
    });
  }

  /** Adds a permission to the function's role. */
  allow(permission: Permission): void {
    allow(this.#role, permission);
  }
}
