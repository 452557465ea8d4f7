/**
 * Checks a stage's settings: their form, what must go together, what production may not do without, and what the declared services and
 * workers ask for. Everything that is wrong comes in one message.
 */

import type { Declarations } from './declarations.js';
import { declaredResources } from './declarations.js';
import { StageSettings } from './settings-schema.js';
import { STAGES } from './stages.js';

/**
 * The checked settings of a stage.
 *
 * @throws Error naming the stages there are, or everything that is wrong with this one's settings.
 */
export function settingsFor(stage: string, declarations?: Declarations): StageSettings {
  const settings = Object.hasOwn(STAGES, stage) ? STAGES[stage] : undefined;
  if (settings === undefined) {
    throw new Error(`[SETTINGS] unknown stage: got "${stage}", expected one of ${Object.keys(STAGES).join(', ')}; add it in stages.ts`);
  }
  return checkSettings(settings, declarations);
}

/**
 * Checks settings that come from elsewhere.
 *
 * @throws Error naming everything that is wrong.
 */
export function checkSettings(settings: StageSettings, declarations?: Declarations): StageSettings {
  const result = StageSettings.safeParse(settings);
  const form = result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const problems = [...form, ...conflicts(settings), ...productionRules(settings)];
  if (declarations !== undefined && form.length === 0) problems.push(...unmet(settings, declarations));
  if (result.success && problems.length === 0) return result.data;
  const lines = problems.map((problem) => `  ${problem}`).join('\n');
  throw new Error(`[SETTINGS] the settings of stage ${settings.stage} do not fit; change them in stages.ts\n${lines}`);
}

/** A rule that holds unless it has something to say. */
type Rule = readonly [broken: boolean, problem: string];

function broken(rules: readonly Rule[]): readonly string[] {
  return rules.filter(([isBroken]) => isBroken).map(([, problem]) => problem);
}

function conflicts({ rest, socket, streaming, allowedOrigins, waf, local, models, search }: StageSettings): readonly string[] {
  const scripts = Object.entries(models ?? {}).filter(([, model]) => 'script' in model);
  return [
    ...broken([
      [!rest && !socket, 'rest: REST and WebSocket are both off; turn one on'],
      [
        allowedOrigins.length > 1 && allowedOrigins.includes('*'),
        'allowedOrigins: "*" already allows every origin; remove it or the others',
      ],
      [streaming === true && !rest, 'streaming: got true without a REST API, expected false; only REST APIs stream'],
      [waf !== false && !rest, 'waf: got a firewall without a REST API, expected false; a WebSocket API cannot have one'],
      [
        search !== undefined && search.instances % search.zones !== 0,
        `search.instances: got ${search?.instances} in ${search?.zones} zones, expected a multiple`,
      ],
    ]),
    ...scripts
      .filter(() => !local)
      .map(([name]) => `models.${name}: got a script, which only the local stage runs; give an endpoint or an image`),
  ];
}

/** What a stage called production must have. */
function productionRules(settings: StageSettings): readonly string[] {
  const { stage, allowedOrigins, identity, alarms, data, rest, socket, restThrottle, socketThrottle, waf } = settings;
  if (stage !== 'production') return [];
  return broken([
    [
      allowedOrigins.includes('*'),
      'allowedOrigins: got "*", expected the origins of your applications; any website could call production otherwise',
    ],
    [
      identity === false,
      'identity: got false, expected { issuer, audience }; nobody could sign in, and every procedure would be open or of no use',
    ],
    [alarms === false, 'alarms: got false, expected { email } with whom to wake when production fails'],
    [!data.retain, 'data.retain: got false, expected true; deleting the stack would delete the data'],
    [!data.deletionProtection, 'data.deletionProtection: got false, expected true; a table could be deleted by mistake'],
    [!data.recovery, 'data.recovery: got false, expected true; nothing could be restored'],
    [rest && restThrottle === undefined, 'restThrottle: got nothing, expected limits; one client could use up the account'],
    [socket && socketThrottle === undefined, 'socketThrottle: got nothing, expected limits; one client could use up the account'],
    [rest && waf === false, 'waf: got false, expected { requestsPerAddress }; the REST API is open to every scanner otherwise'],
  ]);
}

/** What services and workers use and the settings say nothing of. */
function unmet(settings: StageSettings, declarations: Declarations): readonly string[] {
  const found = new Set<string>();
  for (const resource of declaredResources(declarations, settings)) {
    const problem = unmetBy(settings, resource);
    if (problem !== undefined) found.add(problem);
  }
  return [...found];
}

function unmetBy(settings: StageSettings, resource: ReturnType<typeof declaredResources>[number]): string | undefined {
  const { kind, name } = resource;
  if (kind === 'index' && settings.search === undefined)
    return `search: got nothing, expected the size of the domain; ${name} is an index of it`;
  if (kind === 'answers' && settings.answers === undefined) {
    return (
      `answers: got nothing, expected { provider: "knowledge-base", knowledgeBaseId, dataSourceId } or { provider: "kendra", indexId }; ${name} ` +
      'is used. A Kendra index is imported by id and never created: Kendra takes no new customers since 2026-07-30'
    );
  }
  if (kind === 'model' && settings.models[name] === undefined) {
    return `models.${name}: got nothing, expected an endpoint's name or an image to run; the model is used`;
  }
  const account = 'account' in resource ? resource.account : undefined;
  if (account === undefined) return undefined;
  if (settings.accounts[account] === undefined) {
    return `accounts.${account}: got nothing, expected { accountId, region, externalId }; ${kind} ${name} is in that account`;
  }
  return settings.accountId === undefined
    ? `accountId: got nothing, expected this stage's own account; ${kind} ${name} in account ${account} must know whom to trust`
    : undefined;
}
