/** Names of rights that are the same on every stage and machine, and which of them somebody declares. */

import type { UnusedGrant } from '@org/gateway-local';

/** A right as the table of probes writes it: owner, action, and the end of the ARN. */
export function rightName({ role, action, resource }: UnusedGrant): string {
  const owner = role.replace(/[0-9A-F]{8}$/, '').replace(/(Service|Worker)?Role$/, '');
  const name = resource
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^domain\/[^/]+/, 'search')
    .replace(/^(function:|[a-z]+\/)?gateway-(local|everything)-(data-)?/, '')
    .replace(/^\w+\/prod\/(\w+\/@connections\/)/, '$1')
    .replace(/^(index|knowledge-base)\/[^/]+$/, '$1')
    .replace(/^apis\/[^/]+\//, '')
    .replace(/(ServiceFunction[0-9A-F]{8}|modelendpoint[0-9a-f]{8})$/, '');
  return `${owner} ${action} ${name}`;
}

/** Whether a right, by its name, is one that some `uses` gives. */
export function isOfUses(right: string): boolean {
  return ENDS_SESSIONS.test(right) || !NOT_OF_USES.some((pattern) => pattern.test(right));
}

/** Services whose `uses` have the sign-ins of users, which lie in the table of connections. */
const ENDS_SESSIONS = /^(account|operations) (dynamodb:(PutItem|Query) Connections|execute-api:ManageConnections .*)$/;

/**
 * Rights that are in no `uses`, and so are nothing that somebody adds or forgets: the gateway's own tables and connections, which every
 * conversation over the socket needs (`conversation.e2e.ts`), and what an event source reads its source with, which is asked for when the
 * stage starts and for every message (`events.e2e.ts`). The stage does not ask IAM for logs and traces at all.
 */
const NOT_OF_USES: readonly RegExp[] = [
  / (Connections|Topics|Replies)$/,
  / payloads(\/|$)/,
  /^(Socket|Fanout|Push|Sequencer)Function /,
  / sqs:\w+ /,
  / dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams) /,
  // Of callers, which a test signs requests as (`identity.e2e.ts`).
  / execute-api:Invoke /,
  // SageMaker's own role, for pulling the image of the container.
  /^ClassifierModel/,
];
