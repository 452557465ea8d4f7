/**
 * The CDK app of one stage: two stacks, without account or region, so that synthesis needs no credentials. Feature flags are those AWS
 * recommends for the pinned version of CDK, set here so that the CDK CLI and our own synthesis write the same template.
 */

import { createRequire } from 'node:module';
import type { AnyServiceDeclaration } from '@org/gateway-server/service';
import { App, Tags } from 'aws-cdk-lib';
import { DataStack } from './data-stack.js';
import { functionNames } from './function-plan.js';
import { GatewayStack } from './gateway-stack.js';
import type { StageSettings } from './settings.js';

export interface GatewayAppOptions {
  readonly settings: StageSettings;
  readonly services: readonly AnyServiceDeclaration[];
  /** Folder of a function's bundle, by the function's name. */
  readonly codeFolder: (name: string) => string;
  /** Where the cloud assembly goes. @default a new temporary folder */
  readonly outDirectory?: string;
  /** Check the templates against AWS's schemas and rules while synthesizing (some 10 s). @default false */
  readonly validate?: boolean;
}

export interface GatewayApp {
  readonly app: App;
  readonly data: DataStack;
  readonly gateway: GatewayStack;
}

/**
 * Builds the app; `app.synth()` writes it.
 *
 * @throws Error for services that cannot be deployed together.
 */
export function createGatewayApp({ settings, services, codeFolder, outDirectory, validate = false }: GatewayAppOptions): GatewayApp {
  functionNames(services, settings);
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validate,
    postCliContext: context(validate),
    ...(outDirectory === undefined ? {} : { outdir: outDirectory }),
  });
  const description = `Gateway, stage ${settings.stage}`;
  const data = new DataStack(app, 'Data', {
    stackName: `gateway-${settings.stage}-data`,
    description: `${description}: data`,
    settings,
    services,
  });
  const gateway = new GatewayStack(app, 'Gateway', {
    stackName: `gateway-${settings.stage}`,
    description,
    settings,
    services,
    data,
    codeFolder,
  });
  gateway.addStackDependency(data);
  Tags.of(app).add('gateway:stage', settings.stage);
  return { app, data, gateway };
}

/** Asset paths in the template are how the local stage finds a function's code. */
function context(validate: boolean): Record<string, unknown> {
  const recommended = createRequire(import.meta.url)('aws-cdk-lib/recommended-feature-flags.json') as Record<string, unknown>;
  return {
    ...recommended,
    '@aws-cdk/core:validateAgainstDefaultRules': validate,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:enable-path-metadata': true,
  };
}
