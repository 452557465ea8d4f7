/**
 * The gateway's own resources: the tables behind the socket and what each function does to them. Data only, read by infra for
 * permissions and by the runtime for names. Key design: PROTOCOL.md section 3 and `topics/`.
 */

import { bucket } from './bucket.js';
import type { AnyGrant } from './grant.js';

/** Variables that the deployment sets for the gateway's own use. */
export const GATEWAY_VARIABLES = {
  /** Whose tokens are believed, as JSON: `identitySchema`. Absent on a stage without identity. */
  identity: 'GATEWAY_IDENTITY',
  /** Name of the service a function serves. */
  service: 'GATEWAY_SERVICE',
  /** `access-control-allow-origin` of responses: `*` or one origin. */
  allowedOrigin: 'GATEWAY_ALLOWED_ORIGIN',
  /** Table of connections and their subscriptions. */
  connectionsTable: 'GATEWAY_CONNECTIONS_TABLE',
  /** Table of topics' events. */
  topicsTable: 'GATEWAY_TOPICS_TABLE',
  /** Table of replies to calls with a key. */
  repliesTable: 'GATEWAY_REPLIES_TABLE',
  /** URL of the sequencer's queue, where a function publishes to a sequenced subscription. */
  sequencerQueue: 'GATEWAY_SEQUENCER_QUEUE',
  /** URL of the queue of messages that the sequencer cannot store. */
  sequencerDeadLetters: 'GATEWAY_SEQUENCER_DEAD_LETTERS',
  /** `https://…/prod` of the socket API, for `@connections`. */
  socketEndpoint: 'GATEWAY_SOCKET_ENDPOINT',
  /** Bucket of messages that are too large for the socket; absent where there is no socket. */
  payloadsBucket: 'GATEWAY_PAYLOADS_BUCKET',
  /** URL of the queue between the fan-out and the function that pushes. */
  pushQueue: 'GATEWAY_PUSH_QUEUE',
  /** Followers of a topic from which on it gets more shards; absent: 2,000. */
  followersPerShard: 'GATEWAY_FOLLOWERS_PER_SHARD',
  /** `true` where the REST API hands on what the function writes as it does; absent: in one piece. */
  streams: 'GATEWAY_STREAMS',
  /** Service name to function name, as JSON: where the socket function passes frames on to. */
  serviceFunctions: 'GATEWAY_SERVICE_FUNCTIONS',
} as const;

/** The bucket of messages that are too large for the socket, PROTOCOL.md P3.27. */
export const PAYLOADS = bucket('Payloads', { browserUploads: true });

/** Days after which the bucket deletes what lies under `out/{days}/`. */
export const KEPT_DAYS = [1, 8, 31, 366] as const;

/** What each kind of function may do there: `in/` is what clients put, `out/` what they are sent. */
export const PAYLOAD_GRANTS = {
  /** A service reads what its callers uploaded, and keeps answers and events that are too large. */
  service: [PAYLOADS.allowUnder('in/', 'get'), PAYLOADS.allowUnder('out/', 'put', 'presignGet')],
  /** The socket function hands out places for uploads, and links events to those who ask what they missed. */
  socket: [PAYLOADS.allowUnder('in/', 'presignPut'), PAYLOADS.allowUnder('out/', 'presignGet')],
  /** The fan-out links events. */
  fanout: [PAYLOADS.allowUnder('out/', 'presignGet')],
} as const satisfies Readonly<Record<string, readonly AnyGrant[]>>;

/** All three tables: texts `pk` and `sk`, expiry in epoch seconds in `ttl`. Only the topics table has a stream (NEW_IMAGE). */
export const REALTIME_KEYS = { partitionKey: 'pk', sortKey: 'sk', ttl: 'ttl' } as const;

type Actions = { readonly connections: readonly string[]; readonly topics: readonly string[] };

/** DynamoDB actions of a service with mutations on the table of replies. */
export const REPLY_ACTIONS: readonly string[] = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];

/** DynamoDB actions of a service that limits its callers, on the connections table. */
export const LIMIT_ACTIONS: readonly string[] = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];

/** Partitions of the connections table that count calls. */
export const LIMIT_PARTITIONS = ['L#*'] as const;

/** Partitions of the connections table with tickets, and with what is known of users. */
export const SIGN_IN_PARTITIONS = ['K#*', 'U#*'] as const;

/** DynamoDB actions of each kind of function. */
export const REALTIME_ACTIONS = {
  /** Every service: who is this connection. */
  service: { connections: ['dynamodb:GetItem'], topics: [] },
  /** A service with subscriptions also writes subscription rows, and publishes. */
  publisher: {
    connections: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    topics: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  /** The socket function opens, closes and cleans up connections, and reads what clients say they missed. */
  socket: {
    connections: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    topics: ['dynamodb:GetItem', 'dynamodb:Query'],
  },
  /** The identity function keeps tickets, counts them, and reads whose sign-ins are revoked. */
  identity: { connections: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], topics: [] },
  /** The sequencer stores events of sequenced subscriptions. */
  sequencer: {
    connections: [],
    topics: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
  },
  /** The fan-out function reads the log and its subscribers, and moves their positions. */
  fanout: {
    connections: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    topics: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
  },
  /** The function that pushes reads events and followers, and cleans up after those that are gone. */
  push: { connections: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'], topics: ['dynamodb:Query'] },
} as const satisfies Readonly<Record<string, Actions>>;
