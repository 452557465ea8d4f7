/**
 * What differs between stages, in one typed object each. A new stage is a new entry in `STAGES`; everything that is not here is the
 * same everywhere. Account and region are not settings: they come from the credentials of the deployment.
 */

import * as z from 'zod';

/** The spellings CloudWatch Logs takes (PutRetentionPolicy), in days, up to two years. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

const Origin = z
  .string()
  .regex(/^(\*|https?:\/\/[^\s/*]+)$/, 'expected "*", or an origin without a path such as "https://app.example.com"');

const Throttle = z.strictObject({
  /** Sustained requests (frames, on the socket) a second. The account's own limit is 10,000 over all its APIs. */
  ratePerSecond: z.int().min(1).max(10_000),
  /** Requests that may arrive at once. The account's own limit is 5,000. */
  burst: z.int().min(1).max(5_000),
});

const StageSettings = z
  .strictObject({
    /** Part of every stack's name. */
    stage: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'expected 1 to 20 of small letters, digits and -, starting with a letter'),
    /** Origins whose pages may call the gateway: `['*']` for all, or a list. Never `*` in production. */
    allowedOrigins: z.array(Origin).min(1),
    /** Deploy the REST API. */
    rest: z.boolean(),
    /** Deploy the WebSocket API with its functions. */
    socket: z.boolean(),
    restThrottle: Throttle,
    socketThrottle: Throttle,
    logRetentionDays: z.literal(RETENTION_DAYS),
    data: z.strictObject({
      /** Tables and buckets outlive their stack. */
      retain: z.boolean(),
      /** Tables refuse to be deleted until this is off. */
      deletionProtection: z.boolean(),
      /** Tables can be restored to any second of 35 days, objects for 30 days after they were overwritten or deleted. */
      recovery: z.boolean(),
    }),
    /**
     * Set the role with which API Gateway writes logs. It is one per account and region, and without one no API with access logs
     * deploys there; turn it off where somebody else manages it.
     */
    accountLogRole: z.boolean(),
    /** Alarms on errors, throttles and undelivered events. */
    alarms: z.boolean(),
  })
  .refine(({ rest, socket }) => rest || socket, { path: ['rest'], message: 'REST and WebSocket are both off; turn one on' })
  .refine(({ allowedOrigins }) => allowedOrigins.length === 1 || !allowedOrigins.includes('*'), {
    path: ['allowedOrigins'],
    message: '"*" already allows every origin; remove it or the others',
  })
  .refine(({ stage, allowedOrigins }) => stage !== 'production' || !allowedOrigins.includes('*'), {
    path: ['allowedOrigins'],
    message: 'got "*", expected the origins of your applications; any website could call production otherwise',
  });

/** The settings of one stage. */
export type StageSettings = Readonly<z.output<typeof StageSettings>>;

const local: StageSettings = {
  stage: 'local',
  allowedOrigins: ['*'],
  rest: true,
  socket: true,
  restThrottle: { ratePerSecond: 10_000, burst: 5_000 },
  socketThrottle: { ratePerSecond: 10_000, burst: 5_000 },
  logRetentionDays: 1,
  data: { retain: false, deletionProtection: false, recovery: false },
  accountLogRole: false,
  alarms: false,
};

const dev: StageSettings = {
  ...local,
  stage: 'dev',
  restThrottle: { ratePerSecond: 200, burst: 400 },
  socketThrottle: { ratePerSecond: 500, burst: 1_000 },
  logRetentionDays: 14,
  accountLogRole: true,
};

const production: StageSettings = {
  ...dev,
  stage: 'production',
  /** Replace with the origins of your applications. */
  allowedOrigins: ['https://app.example.com'],
  restThrottle: { ratePerSecond: 2_000, burst: 2_000 },
  socketThrottle: { ratePerSecond: 4_000, burst: 2_000 },
  logRetentionDays: 90,
  data: { retain: true, deletionProtection: true, recovery: true },
  alarms: true,
};

/** Every stage by name. */
export const STAGES: Readonly<Record<string, StageSettings>> = { local, dev, production };

/**
 * The checked settings of a stage.
 *
 * @throws Error naming the stages there are, or everything that is wrong with this one's settings.
 */
export function settingsFor(stage: string): StageSettings {
  const settings = Object.hasOwn(STAGES, stage) ? STAGES[stage] : undefined;
  if (settings === undefined) {
    throw new Error(`[SETTINGS] unknown stage: got "${stage}", expected one of ${Object.keys(STAGES).join(', ')}; add it in settings.ts`);
  }
  return checkSettings(settings);
}

/**
 * Checks settings that come from elsewhere.
 *
 * @throws Error naming everything that is wrong.
 */
export function checkSettings(settings: StageSettings): StageSettings {
  const result = StageSettings.safeParse(settings);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`[SETTINGS] the settings of stage ${settings.stage} do not fit; change them in settings.ts\n${problems.join('\n')}`);
}
