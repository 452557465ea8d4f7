/**
 * The CDK app of one stage: two stacks, and one more per other account. No region is named, so that synthesis needs no credentials. Feature flags are those AWS
 * recommends for the pinned version of CDK, set here so that the CDK CLI and our own synthesis write the same template.
 */

import { createRequire } from 'node:module';
import { App, Tags } from 'aws-cdk-lib';
import { accountOf } from './account-names.js';
import { AccountStack } from './account-stack.js';
import { DataStack } from './data-stack.js';
import { type Declarations, declaredResources } from './declarations.js';
import { functionNames } from './function-plan.js';
import { GatewayStack } from './gateway-stack.js';
import { checkSettings } from './settings.js';
import type { StageSettings } from './settings-schema.js';

export interface GatewayAppOptions {
  readonly settings: StageSettings;
  readonly declarations: Declarations;
  /** Folder of a function's bundle, by the function's name. */
  readonly codeFolder: (name: string) => string;
  /** Where the cloud assembly goes. @default a new temporary folder */
  readonly outDirectory?: string;
  /** Check the templates against AWS's schemas and rules while synthesizing (some 10 s). @default false */
  readonly validate?: boolean;
  /** Adds further checks to the app. @default none */
  readonly addChecks?: (app: App) => void;
}

export interface GatewayApp {
  readonly app: App;
  readonly data: DataStack;
  readonly gateway: GatewayStack;
  /** By the account's name. */
  readonly accounts: Readonly<Record<string, AccountStack>>;
}

/**
 * Builds the app; `app.synth()` writes it.
 *
 * @throws Error for services that cannot be deployed together, or settings that do not fit them.
 */
export function createGatewayApp(options: GatewayAppOptions): GatewayApp {
  const { declarations, codeFolder, outDirectory, validate = false } = options;
  functionNames(declarations, options.settings);
  const settings = checkSettings(options.settings, declarations);
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: validate,
    postCliContext: context(validate),
    ...(outDirectory === undefined ? {} : { outdir: outDirectory }),
  });
  options.addChecks?.(app);
  const name = `gateway-${settings.stage}`;
  const props = (part: string) => ({
    stackName: part === '' ? name : `${name}-${part}`,
    description: `Gateway, stage ${settings.stage}${part === '' ? '' : `: ${part}`}`,
    settings,
    declarations,
    ...(settings.accountId === undefined ? {} : { env: { account: settings.accountId } }),
  });
  const data = new DataStack(app, 'Data', props('data'));
  const gateway = new GatewayStack(app, 'Gateway', { ...props(''), data, codeFolder });
  gateway.addStackDependency(data);
  const accounts = accountNames(declarations, settings).map((account) => {
    const stack = new AccountStack(app, `Account${account.charAt(0).toUpperCase()}${account.slice(1)}`, { ...props(account), account });
    stack.addStackDependency(gateway);
    return [account, stack] as const;
  });
  for (const [key, value] of Object.entries({ 'gateway:stage': settings.stage, ...settings.tags })) Tags.of(app).add(key, value);
  return { app, data, gateway, accounts: Object.fromEntries(accounts) };
}

function accountNames(declarations: Declarations, settings: StageSettings): readonly string[] {
  return [...new Set(declaredResources(declarations, settings).flatMap((resource) => accountOf(resource) ?? []))];
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
