/** What a stage's settings say that cannot be meant for AWS: stand-ins, a stage for the laptop, a key that is about to end. */

import type { StageSettings } from '../settings-schema.js';
import { PLACEHOLDERS } from '../stages.js';
import type { Finding } from './finding.js';

/** AppSync takes keys of 1 to 365 days (CreateApiKey, `expires`). */
const MAX_KEY_DAYS = 365;
const MIN_KEY_DAYS = 1;
/** A key that ends sooner is told of. */
const KEY_WARNING_DAYS = 30;

const DAY_MS = 86_400_000;

/** Findings about a stage's settings, at a time. */
export function settingsFindings(settings: StageSettings, nowMs: number): readonly Finding[] {
  return [...standIns(settings), ...kendra(settings), ...apiKey(settings, nowMs), ...unmailed(settings)];
}

/** All stand-ins in one message. */
function standIns(settings: StageSettings): readonly Finding[] {
  if (settings.local) {
    const message = `${settings.stage} is for the local stage, expected a stage with "local: false"; its resources exist on no account`;
    return [{ severity: 'error', check: 'stage', message }];
  }
  const stand = new Set<string>(Object.values(PLACEHOLDERS));
  const found = textsOf(settings, '').filter(([, value]) => stand.has(value));
  if (found.length === 0) return [];
  const list = found.map(([path, value]) => `${path} (${value})`).join(', ');
  return [
    { severity: 'error', check: 'settings', message: `stand-ins, expected your own values: ${list}; put them into infra/src/stages.ts` },
  ];
}

function textsOf(value: unknown, path: string): readonly (readonly [path: string, value: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textsOf(child, path === '' ? key : `${path}.${key}`));
}

function kendra({ answers }: StageSettings): readonly Finding[] {
  if (answers?.provider !== 'kendra') return [];
  const message =
    'Amazon Kendra takes no new customers since 2026-07-30, so the index must exist in this account already; otherwise use { provider: "knowledge-base" }';
  return [{ severity: 'warning', check: 'answers', message }];
}

function apiKey({ graph }: StageSettings, nowMs: number): readonly Finding[] {
  if (graph === false || graph.auth !== 'api-key') return [];
  const days = Math.floor((Date.parse(`${graph.keyExpiresOn}T00:00:00Z`) - nowMs) / DAY_MS);
  const got = `graph.keyExpiresOn is ${graph.keyExpiresOn}, ${days} days from now`;
  if (days < MIN_KEY_DAYS || days > MAX_KEY_DAYS) {
    return [{ severity: 'error', check: 'graph', message: `${got}, expected ${MIN_KEY_DAYS} to ${MAX_KEY_DAYS}; choose another day` }];
  }
  if (days > KEY_WARNING_DAYS) return [];
  return [{ severity: 'warning', check: 'graph', message: `${got}; callers are refused from then on` }];
}

function unmailed({ alarms, stage }: StageSettings): readonly Finding[] {
  if (alarms !== false) return [];
  return [{ severity: 'warning', check: 'alarms', message: `${stage} has none; nobody is told when it fails` }];
}
