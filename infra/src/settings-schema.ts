/** The form of a stage's settings, as zod schemas and the types they give. What fits together is checked in `settings.ts`. */

import { identitySchema } from '@org/gateway-server/service';
import * as z from 'zod';

/** The spellings CloudWatch Logs takes (PutRetentionPolicy), in days, up to two years. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

const Origin = z
  .string()
  .regex(/^(\*|https?:\/\/[^\s/*]+)$/, 'expected "*", or an origin without a path such as "https://app.example.com"');

const AccountId = z.string().regex(/^\d{12}$/, 'expected the 12 digits of an AWS account');
const Email = z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'expected an e-mail address');

const Throttle = z.strictObject({
  /** Sustained requests (frames, on the socket) a second. The account's own limit is 10,000 over all its APIs. */
  ratePerSecond: z.int().min(1).max(10_000),
  /** Requests that may arrive at once. The account's own limit is 5,000. */
  burst: z.int().min(1).max(5_000),
});

const InstanceType = z.string().regex(/^[a-z0-9-]+\.[a-z0-9]+\.search$/, 'expected a type such as "r7g.large.search"');

const SearchDomain = z.strictObject({
  instanceType: InstanceType,
  /** Data nodes; a multiple of `zones`. */
  instances: z.int().min(1).max(80),
  /** Availability zones they are spread over. */
  zones: z.literal([1, 2, 3]),
  /** Disk of each data node, GiB. */
  volumeGb: z.int().min(10).max(3_072),
  /** Nodes that only keep the cluster together, always three. Absent: the data nodes do it. */
  masterInstanceType: InstanceType.optional(),
});

const Graph = z.union(
  [
    z.literal(false),
    z.strictObject({ auth: z.literal('iam') }),
    z.strictObject({
      auth: z.literal('api-key'),
      /** `2027-06-30`: AppSync refuses the key after this day; at most a year after the deployment. */
      keyExpiresOn: z.iso.date(),
    }),
  ],
  'expected false, { auth: "iam" }, or { auth: "api-key", keyExpiresOn: "2027-06-30" }',
);

const Answers = z.discriminatedUnion(
  'provider',
  [
    z.strictObject({ provider: z.literal('kendra'), indexId: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{35}$/, 'expected 36 characters') }),
    z.strictObject({
      provider: z.literal('knowledge-base'),
      knowledgeBaseId: z.string().regex(/^[0-9A-Z]{10}$/, 'expected 10 capitals and digits'),
      /** A custom data source of it: documents are put into it one by one. */
      dataSourceId: z.string().regex(/^[0-9A-Z]{10}$/, 'expected 10 capitals and digits'),
    }),
  ],
  'expected { provider: "kendra", indexId } or { provider: "knowledge-base", knowledgeBaseId, dataSourceId }; Kendra takes no new customers ' +
    'since 2026-07-30, so its index is imported by id and never created, and a new account uses a knowledge base',
);

const Image = z.string().regex(/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[^\s:@]+[:@]\S+$/, 'expected an image of ECR with its tag');

const Model = z.union(
  [
    /** An endpoint that exists. */
    z.strictObject({ endpointName: z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/) }),
    /** Instances that run a container image all the time. */
    z.strictObject({
      image: Image,
      instanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/),
      instances: z.int().min(1).max(100),
    }),
    /** The image runs while it is called; it cannot stream its answers then. */
    z.strictObject({
      image: Image,
      serverless: z.strictObject({
        memoryMb: z.literal([1024, 2048, 3072, 4096, 5120, 6144]),
        maxConcurrency: z.int().min(1).max(200),
      }),
    }),
    /** Only on the local stage: a Node.js program, by its path in the repository, that listens as the container would. */
    z.strictObject({ script: z.string().regex(/^[^/].*\.m?js$/) }),
  ],
  'expected { endpointName }, { image, instanceType, instances }, { image, serverless: { memoryMb, maxConcurrency } }, or locally { script }',
);

const Account = z.strictObject({
  accountId: AccountId,
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as "eu-central-1"'),
  /** Told to the other account when its role is assumed; not a secret. */
  externalId: z.string().regex(/^[\w+=,.@:/-]{2,1224}$/),
});

export const StageSettings = z.strictObject({
  /** Part of every stack's name. */
  stage: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'expected 1 to 20 of small letters, digits and -, starting with a letter'),
  /** Only played by the local stage: the templates name what stands for resources outside of them, and are not for AWS. */
  local: z.boolean(),
  /** The account it is deployed to. Absent: that of the credentials; needed where resources are in other accounts. */
  accountId: AccountId.optional(),
  /** Origins whose pages may call the gateway: `['*']` for all, or a list. Never `*` in production. */
  allowedOrigins: z.array(Origin).min(1),
  /**
   * Whose tokens callers sign in with: an OpenID Connect issuer such as Amazon Cognito, Auth0 or your own, and what its tokens must be. With
   * `false` nobody signs in: procedures that need a user refuse every caller.
   */
  identity: z.union(
    [z.literal(false), identitySchema()],
    'expected false, or { issuer: "https://…", audience } of an OpenID Connect issuer, with algorithms, jwksUri, clockToleranceSeconds and scopeClaim where they differ from the usual',
  ),
  /** Deploy the REST API. */
  rest: z.boolean(),
  /** Deploy the WebSocket API with its functions. */
  socket: z.boolean(),
  /**
   * Hand on what services' functions write over REST as they write it: the calls of a batch are answered each when it ends, to clients that
   * ask for it. API Gateway charges each 10 MB of an answer as a request. @default false
   */
  streaming: z.boolean().optional(),
  /** Absent: the account's own limits. */
  restThrottle: Throttle.optional(),
  socketThrottle: Throttle.optional(),
  /** A web application firewall before the REST API: AWS's common rules, and this many requests of one address in five minutes. */
  waf: z.union([z.literal(false), z.strictObject({ requestsPerAddress: z.int().min(10).max(2_000_000_000) })]),
  logRetentionDays: z.literal(RETENTION_DAYS),
  data: z.strictObject({
    /** What holds data outlives its stack. */
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
  /** Alarms on errors, throttles, dead letters and stalled streams, mailed to this address (which has to confirm it once). */
  alarms: z.union([z.literal(false), z.strictObject({ email: Email })], 'expected false, or { email } with whom to tell'),
  /** A CloudWatch dashboard of the APIs, functions, queues and streams. */
  dashboard: z.boolean(),
  /** The domain that holds every declared index; needed where one is used. */
  search: SearchDomain.optional(),
  /** The GraphQL API. With `false`, services and workers that use or resolve one are not deployed. */
  graph: Graph,
  /** Who answers questions; needed where answers are used. */
  answers: Answers.optional(),
  /** Where each declared model runs. */
  models: z.record(z.string(), Model),
  /** Other accounts that hold resources, by the name declarations give them. */
  accounts: z.record(z.string(), Account),
  /** Tags of everything. */
  tags: z.record(z.string().min(1).max(128), z.string().max(256)),
});

/** The settings of one stage. */
export type StageSettings = Readonly<z.output<typeof StageSettings>>;
export type ModelSettings = StageSettings['models'][string];
export type SearchSettings = NonNullable<StageSettings['search']>;
export type AccountSettings = StageSettings['accounts'][string];
export type AnswersSettings = NonNullable<StageSettings['answers']>;
