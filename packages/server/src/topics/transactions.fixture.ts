/**
 * TransactWriteItems for dynalite, which has none: a server in front of it that hands requests on, and does the puts of a transaction one
 * after the other, taking them back when a condition fails. Meanwhile other requests wait, so that nobody sees a transaction half done.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Item = Readonly<Record<string, unknown>>;
type Put = { readonly TableName: string; readonly Item: Item };

export interface TestTransactions {
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts the server in front of a DynamoDB at `target`. */
export async function startTransactions(target: string): Promise<TestTransactions> {
  const tokens = new Set<string>();
  let transaction: Promise<unknown> = Promise.resolve();
  const others = new Set<Promise<unknown>>();

  const call = async (operation: string, body: object | Buffer, headers: Record<string, string>) => {
    const response = await fetch(target, {
      method: 'POST',
      headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
    });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  };

  const transact = async (body: Buffer, headers: Record<string, string>) => {
    const { TransactItems, ClientRequestToken } = JSON.parse(body.toString()) as {
      readonly TransactItems: readonly { readonly Put: Put }[];
      readonly ClientRequestToken: string;
    };
    if (tokens.has(ClientRequestToken)) return { status: 200, body: Buffer.from('{}') };
    const done: { readonly put: Put; readonly before: Item | undefined }[] = [];
    for (const { Put: put } of TransactItems) {
      const answer = await call('PutItem', { ...put, ReturnValues: 'ALL_OLD' }, headers);
      if (answer.status === 200) {
        done.push({ put, before: (JSON.parse(answer.body.toString()) as { readonly Attributes?: Item }).Attributes });
        continue;
      }
      if (!answer.body.toString().includes('ConditionalCheckFailedException')) return answer;
      for (const { put: taken, before } of done.reverse()) await takeBack(taken, before, headers);
      return cancelled(TransactItems.length, done.length);
    }
    tokens.add(ClientRequestToken);
    return { status: 200, body: Buffer.from('{}') };
  };

  const takeBack = ({ TableName, Item: { pk, sk } }: Put, before: Item | undefined, headers: Record<string, string>) =>
    before ? call('PutItem', { TableName, Item: before }, headers) : call('DeleteItem', { TableName, Key: { pk, sk } }, headers);

  /** After the transaction before and everything that is under way. */
  const alone = <TResult>(work: () => Promise<TResult>): Promise<TResult> => {
    const before = [transaction, ...others];
    const own = Promise.allSettled(before).then(work);
    transaction = own.catch(() => undefined);
    return own;
  };

  /** After the transaction before. */
  const beside = <TResult>(work: () => Promise<TResult>): Promise<TResult> => {
    const own = transaction.then(work);
    others.add(own);
    return own.finally(() => others.delete(own));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const headers = { 'content-type': 'application/x-amz-json-1.0', authorization: String(request.headers.authorization) };
    const signed = { ...headers, 'x-amz-date': String(request.headers['x-amz-date']) };
    const result = await (operation === 'TransactWriteItems'
      ? alone(() => transact(body, signed))
      : beside(() => call(operation, body, signed)));
    response.writeHead(result.status, { 'content-type': 'application/x-amz-json-1.0' }).end(result.body);
  };

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One reason per step, `None` for those that were not at fault. */
function cancelled(steps: number, guilty: number) {
  const CancellationReasons = Array.from({ length: steps }, (_, at) => ({ Code: at === guilty ? 'ConditionalCheckFailed' : 'None' }));
  const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
  return { status: 400, body: Buffer.from(JSON.stringify({ __type: type, message: 'cancelled', CancellationReasons })) };
}
