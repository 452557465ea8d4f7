/** What a fresh project has in it: a module that talks to a stage, and the programs around it for each way to run one. */

/** Where the stage is, and a name that no other run has used. */
export interface Talk {
  readonly url: string;
  readonly socketUrl: string;
  readonly name: string;
  /** Of a user; a program that only looks on has none. */
  readonly token?: string;
}

/**
 * Calls over HTTP and the socket, a declared error, a subscription: `talk()` resolves with what was heard. Compiles only when the packed
 * declarations have the contract's types: every wrong use is expected to be an error.
 */
export const TALK = `import { createGatewayClient, isGatewayError } from '@org/gateway-client';

export interface Heard { health: string; over: string; title: string; missing: string; event: string }

export interface Where { url: string; socketUrl: string; name: string; token?: string }

export async function talk({ url, socketUrl, name, token }: Where): Promise<Heard> {
  const gateway = createGatewayClient({ url, socketUrl, auth: { getToken: () => token } });
  const health: 'ok' = (await gateway.system.health.query()).status;
  const over: 'http' | 'socket' = (await gateway.system.whoami.query({ tag: ['a'] }, { over: 'socket' })).transport;
  let started = (): void => {};
  const isStarted = new Promise<void>((resolve) => { started = resolve; });
  const event = first(gateway.documents.changes.subscribe({ folder: name }, { onStarted: () => started() }));
  await isStarted;
  const { title } = await gateway.documents.save.mutate({ id: name, folder: name, title: 'Fresh', body: '# Fresh' });
  const missing = await gateway.documents.get.query({ id: name + '-not' }).catch((error: unknown) => {
    if (!isGatewayError(error, gateway.documents.get, 'NOT_FOUND')) throw error;
    const id: string = error.data.id;
    return { body: id };
  });
  const heard = { health, over, title, missing: missing.body, event: (await event).document.title };
  gateway.$close();
  return heard;
}

async function first<TEvent>(events: AsyncIterable<TEvent>): Promise<TEvent> {
  for await (const event of events) return event;
  throw new Error('the subscription ended without an event');
}

export async function wrong(): Promise<void> {
  const gateway = createGatewayClient({ url: '' });
  // @ts-expect-error There is no such procedure.
  await gateway.documents.nothing.query();
  // @ts-expect-error The input has no number in it.
  await gateway.documents.get.query({ id: 1 });
  // @ts-expect-error A query is not mutated.
  await gateway.documents.get.mutate({ id: 'a' });
  // @ts-expect-error What a document has is known, and is not any.
  const title: number = (await gateway.documents.get.query({ id: 'a' })).title;
}
`;

/** What \`talk\` hears from a stage. */
export const heardFrom = (name: string) => ({ health: 'ok', over: 'socket', title: 'Fresh', missing: `${name}-not`, event: 'Fresh' });

/** A program that prints what it heard. */
export const printing = (from: string, talk: Talk): string => `import { talk } from '${from}';
console.log(JSON.stringify(await talk(${JSON.stringify(talk)})));
`;

/** Uses subpaths, so that all their declarations are checked. */
export const everything = (
  subpaths: readonly string[],
): string => `${subpaths.map((subpath, index) => `import * as part${index} from '${subpath}';`).join('\n')}
export const parts: readonly object[] = [${subpaths.map((_, index) => `part${index}`).join(', ')}];
`;

/** A CommonJS program: requires every subpath, then calls. https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require */
export const required = ({ url }: Talk, subpaths: readonly string[]): string => `for (const subpath of ${JSON.stringify(subpaths)}) {
  if (require(subpath) === undefined) throw new Error(subpath + ' is not there');
}
const { createHttpClient } = require('@org/gateway-client/http');
createHttpClient({ url: ${JSON.stringify(url)} }).system.health.query().then(({ status }) => console.log(status));
`;
