/** The whole examination of a stage: settings, templates, bundles, account and cost, each by its own rules. */

import type { Declarations } from '../declarations.js';
import { settingsFor } from '../settings.js';
import type { StageSettings } from '../settings-schema.js';
import { type StageTemplates, stageTemplates } from '../templates.js';
import { type Account, accountFindings } from './account.js';
import { settingsFindings } from './check-settings.js';
import { type CostLine, monthlyCost, type Traffic } from './cost.js';
import { deployable, type Finding } from './finding.js';
import { type QuotaFigure, quotaFigures, quotaFindings } from './quotas.js';
import { watchFindings } from './watch.js';

export interface DiagnoseOptions {
  readonly stage: string;
  readonly declarations: Declarations;
  readonly traffic: Traffic;
  readonly nowMs: number;
  /** Undefined: offline. */
  readonly account: Account | undefined;
  /** What the environment lacks. @default nothing */
  readonly missing?: readonly string[];
}

export interface Diagnosis {
  readonly stage: string;
  readonly deployable: boolean;
  readonly findings: readonly Finding[];
  readonly quotas: readonly QuotaFigure[];
  readonly cost: readonly CostLine[];
  /** What runs by the hour and is not in the bill. */
  readonly notPriced: readonly string[];
}

/** Examines a stage. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const read = readStage(options);
  if ('findings' in read) return { stage: options.stage, deployable: false, findings: read.findings, quotas: [], cost: [], notPriced: [] };
  const { settings, templates } = read;
  const quotas = quotaFigures(templates);
  const findings = [
    ...environmentFindings(options.missing ?? []),
    ...settingsFindings(settings, options.nowMs),
    ...quotaFindings(quotas),
    ...watchFindings(templates),
    ...(await accountFindings(settings, options.account)),
  ];
  const cost = monthlyCost(options.traffic, { waf: settings.waf !== false });
  return { stage: options.stage, deployable: deployable(findings), findings, quotas, cost, notPriced: notPriced(settings, templates) };
}

function environmentFindings(missing: readonly string[]): readonly Finding[] {
  return missing.length === 0 ? [] : [{ severity: 'error', check: 'environment', message: `missing: ${missing.join('; ')}` }];
}

/** Settings that do not fit, or services that cannot be deployed, are findings like any other. */
function readStage({
  stage,
  declarations,
}: DiagnoseOptions): { readonly settings: StageSettings; readonly templates: StageTemplates } | { readonly findings: readonly Finding[] } {
  try {
    const settings = settingsFor(stage, declarations);
    return { settings, templates: stageTemplates({ settings, declarations }) };
  } catch (error) {
    return { findings: [{ severity: 'error', check: 'stage', message: error instanceof Error ? error.message : String(error) }] };
  }
}

function notPriced({ search, answers, models, accounts }: StageSettings, { data }: StageTemplates): readonly string[] {
  const domain = Object.values(data.Resources).some(({ Type }) => Type === 'AWS::OpenSearchService::Domain');
  return [
    ...(domain && search ? [`OpenSearch: ${search.instances} ${search.instanceType}, by the hour`] : []),
    ...(domain && search?.masterInstanceType ? [`OpenSearch: 3 ${search.masterInstanceType}, by the hour`] : []),
    ...(answers === undefined
      ? []
      : [`Answers: ${answers.provider === 'kendra' ? 'a Kendra index' : 'a knowledge base'}, by its own price`]),
    ...Object.entries(models).map(([name, model]) => `Model ${name}: ${modelHours(model)}`),
    ...Object.keys(accounts).map((name) => `Account ${name}: billed there`),
    'Logs, traces, objects, messages of buses: by what the applications write',
  ];
}

function modelHours(model: StageSettings['models'][string]): string {
  if ('instanceType' in model) return `${model.instances} ${model.instanceType}, by the hour`;
  return 'serverless' in model ? 'serverless, by the second of inference' : 'an endpoint that exists';
}
