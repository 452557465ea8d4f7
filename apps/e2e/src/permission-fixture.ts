/** What the probes of permissions act on, and with. */

import { type AttributeValue, DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayClient } from '@org/gateway-client';
import { createHttpClient } from '@org/gateway-client/http';
import { signedFetch } from '@org/gateway-client/node';
import type { AppContract } from '@org/gateway-contract';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import type { OwnStage } from './own-stage.js';
import { rawSocket } from './raw-socket.js';
import { ticketUrl } from './sign-in.js';

/** Things that are there, and ways to make more. */
export interface PermissionFixture {
  readonly gateway: GatewayClient<AppContract>;
  /** A document that is indexed and labelled. */
  readonly id: string;
  /** A file. */
  readonly key: string;
  /** Saves a new document in a new folder; gives its id. */
  save(): Promise<string>;
  saveAndRemove(): Promise<unknown>;
  /** Takes the index away, until the next document is indexed. */
  loseIndex(): Promise<void>;
  /** Makes a document without a body, as only an operator can; gives its id. */
  loseBody(): Promise<string>;
  putFile(): Promise<string>;
  beginUpload(): Promise<string>;
  /** Asks what the document answers. */
  ask(): Promise<{ readonly answers: readonly unknown[] }>;
  /** Has a rebuild begun that is not the one before. */
  rebuild(options?: { readonly fromScratch?: boolean }): Promise<unknown>;
  /** Leaves an entry in the index whose document is gone. */
  leaveEntryBehind(): Promise<void>;
  /** Ends the sign-ins of somebody who is connected. */
  signOut(through: 'account' | 'operations'): Promise<unknown>;
  /** Does something after every session in another account has ended. */
  endSessions<TResult>(work: () => Promise<TResult>): Promise<TResult>;
  /** Lets uploads be too old. */
  forgetUploads(): Promise<void>;
  /** Whether the fixture itself took that right away, to bring about what a probe needs. */
  tookAway(denied: { readonly role?: string; readonly action: string }): boolean;
  /** Brings in order what a probe left broken on purpose. */
  repair(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A rebuild that has not got on for 20 minutes is not under way any more. */
const STUCK_MS = 21 * 60_000;

/** Waits until there is a document that is indexed, labelled and answers, and a file. */
export async function permissionFixture(own: OwnStage): Promise<PermissionFixture> {
  const { gateway } = own;
  const { documents, files, search, answers, inference } = gateway;
  const operator = operatorClients(own);
  const { region, credentials } = own.operatorSettings();
  const signed = signedFetch({ credentials, region, now: own.now });
  const { operations } = createHttpClient({ url: own.stage.restUrl ?? '', fetch: signed });
  const repairs: (() => unknown)[] = [];
  const taken: { readonly owner: string; readonly action: string }[] = [];
  const takeAway = (owner: string, action: string) => {
    taken.push({ owner, action });
    return own.withhold(owner, action);
  };
  const textFile = { name: 'a.txt', contentType: 'text/plain' };
  const saveIn = async (folder: string) =>
    (await documents.save.mutate({ folder, title: 'A gateway', body: 'The gateway routes requests.' })).id;
  const save = () => saveIn(freshName('folder'));
  const found = (folder: string) => eventually(async () => ((await search.find.query({ folder })).total > 0 ? true : undefined));
  const ask = () => answers.ask.query({ question: 'What routes requests?' });

  const begun = new Set<string>();
  const begin = async () => begun.add((await search.rebuild.mutate({})).jobId);
  /** Has a rebuild go through, in place of the one that did not: what a probe began is over then, its next attempts are superseded. */
  const settle = () =>
    eventually(async () => {
      const { state, jobId } = await search.status.query();
      if (state === 'done') return true;
      if (state === 'waiting' && !begun.has(jobId)) own.skip(STUCK_MS);
      if (state !== 'running' && !begun.has(jobId)) await begin();
      return undefined;
    });

  const id = await saveIn('f');
  await found('f');
  await eventually(async () => ((await ask()).answers.length > 0 ? true : undefined));
  await eventually(() => inference.label.query({ id }));
  const putFile = async () => (await files.put.mutate({ ...textFile, content: 'YQ==' })).key;

  return {
    gateway,
    id,
    key: await putFile(),
    save,
    saveAndRemove: async () => documents.remove.mutate({ id: await save() }),
    loseIndex: async () => {
      repairs.push(settle);
      const giveBack = takeAway('indexing', 'es:ESHttpPut');
      await search.rebuild.mutate({ fromScratch: true });
      await eventually(async () => ((await search.status.query()).state === 'failed' ? true : undefined));
      giveBack();
    },
    loseBody: async () => {
      const lost = freshName('lost');
      await operator.putDocument(lost);
      repairs.push(() => operator.deleteDocument(lost));
      return lost;
    },
    putFile,
    beginUpload: async () => (await files.beginUpload.mutate({ ...textFile, bytes: 1 })).key,
    ask,
    rebuild: async (options = {}) => {
      repairs.push(settle);
      await search.rebuild.mutate(options);
    },
    leaveEntryBehind: async () => {
      const folder = freshName('folder');
      const behind = await saveIn(folder);
      await found(folder);
      repairs.push(takeAway('indexer', 'es:ESHttpPost'));
      await documents.remove.mutate({ id: behind });
    },
    signOut: async (through) => {
      const userId = freshName('user');
      const token = await own.stage.issuer?.tokenFor('alan', { claims: { sub: userId } });
      const socket = await rawSocket(await ticketUrl(own.stage, token ?? ''));
      repairs.push(() => socket.close());
      const service = through === 'account' ? gateway.account : operations;
      return service.signOutUser.mutate({ userId });
    },
    endSessions: (work) => {
      own.skip(HOUR_MS);
      return work();
    },
    forgetUploads: async () => {
      await files.beginUpload.mutate({ ...textFile, bytes: 1 });
      own.skip(8 * DAY_MS);
    },
    tookAway: ({ role = '', action }) => taken.some((each) => role.startsWith(each.owner) && each.action === action),
    repair: async () => {
      for (const repair of repairs.splice(0)) await repair();
      taken.length = 0;
    },
  };
}

/** Puts a document's facts into the table without a body in the bucket, and takes them out again. */
function operatorClients({ stage, operatorSettings, now }: OwnStage) {
  const TableName = `${stage.functions[0]?.split('-').slice(0, 2).join('-')}-data-Documents`;
  const use = async (work: (client: DynamoDBClient) => Promise<unknown>) => {
    const client = new DynamoDBClient(operatorSettings());
    await work(client).finally(() => client.destroy());
  };
  return {
    putDocument: (id: string) => use((client) => client.send(new PutItemCommand({ TableName, Item: documentItem(id, now()) }))),
    deleteDocument: (id: string) => use((client) => client.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }))),
  };
}

function documentItem(id: string, nowMs: number): Record<string, AttributeValue> {
  const time = { N: String(nowMs) };
  return {
    id: { S: id },
    collection: { S: 'documents' },
    folder: { S: 'lost' },
    title: { S: 'Without a body' },
    bytes: { N: '1' },
    version: { N: '1' },
    createdAtMs: time,
    updatedAtMs: time,
    changeKey: { S: `${String(nowMs).padStart(15, '0')}-${id}` },
    bodyKey: { S: `${id}/none` },
  };
}
