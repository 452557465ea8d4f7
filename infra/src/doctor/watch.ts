/** Whether what a stage with alarms can lose is watched: every queue and every function has an alarm. */

import { list, type StageTemplates, text, withoutHash } from '../templates.js';
import type { Finding } from './finding.js';

/** Queues and functions without an alarm, in a stage that has alarms. */
export function watchFindings(templates: StageTemplates): readonly Finding[] {
  const alarms = Object.values(templates.gateway.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  if (alarms.length === 0) return [];
  const watched = new Set(
    alarms.flatMap(({ Properties }) =>
      list(Properties.Dimensions as readonly { readonly Value: unknown }[]).map(({ Value }) => text(Value, templates)),
    ),
  );
  const needed = [
    ...namesOf(templates.gateway, 'AWS::Lambda::Function').map((name) => `{${name}}`),
    ...[...namesOf(templates.data, 'AWS::SQS::Queue'), ...namesOf(templates.gateway, 'AWS::SQS::Queue')].map(
      (name) => `{${name}.QueueName}`,
    ),
  ];
  return needed
    .filter((name) => !watched.has(name))
    .map((name) => ({ severity: 'error', check: 'alarms', message: `${name} has none, expected one; add it in gateway-alarms.ts` }));
}

function namesOf({ Resources }: StageTemplates['data'], type: string): readonly string[] {
  return Object.entries(Resources).flatMap(([id, { Type }]) => (Type === type ? [withoutHash(id)] : []));
}
