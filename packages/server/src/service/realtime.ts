/**
 * The gateway's own resources: the tables behind the socket and what each function does to them. Data only, read by infra for
 * permissions and by the runtime for names. Key design: PROTOCOL.md section 3 and `topics/`.
 */

/** Variables that the deployment sets for the gateway's own use. */
export const GATEWAY_VARIABLES = {
  /** Name of the service a function serves. */
  service: 'GATEWAY_SERVICE',
  /** `access-control-allow-origin` of responses: `*` or one origin. */
  allowedOrigin: 'GATEWAY_ALLOWED_ORIGIN',
  /** Table of connections and their subscriptions. */
  connectionsTable: 'GATEWAY_CONNECTIONS_TABLE',
  /** Table of topics' events. */
  topicsTable: 'GATEWAY_TOPICS_TABLE',
  /** `https://…/prod` of the socket API, for `@connections`. */
  socketEndpoint: 'GATEWAY_SOCKET_ENDPOINT',
  /** Service name to function name, as JSON: where the socket function passes frames on to. */
  serviceFunctions: 'GATEWAY_SERVICE_FUNCTIONS',
} as const;

/** Both tables: texts `pk` and `sk`, expiry in epoch seconds in `ttl`. Only the topics table has a stream (NEW_IMAGE). */
export const REALTIME_KEYS = { partitionKey: 'pk', sortKey: 'sk', ttl: 'ttl' } as const;

type Actions = { readonly connections: readonly string[]; readonly topics: readonly string[] };

/** DynamoDB actions of each kind of function. */
export const REALTIME_ACTIONS = {
  /** Every service: who is this connection. */
  service: { connections: ['dynamodb:GetItem'], topics: [] },
  /** A service with subscriptions also writes subscription rows, and publishes. */
  publisher: {
    connections: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    topics: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
  },
  /** The socket function opens, closes and cleans up connections. */
  socket: {
    connections: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    topics: [],
  },
  /** The fan-out function reads the log and its subscribers, and moves their positions. */
  fanout: {
    connections: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query'],
    topics: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
  },
} as const satisfies Readonly<Record<string, Actions>>;
