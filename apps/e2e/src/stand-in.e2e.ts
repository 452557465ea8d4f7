/**
 * The product with its tables, files, queues and topics at an AWS-compatible endpoint. A second stage plays the endpoint: its services alone,
 * with keys and data of its own.
 */

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Stage, startStage } from '@org/gateway-local';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { follow } from './follow.js';
import { freshName } from './names.js';
import { ASSEMBLIES, type OwnStage, startOwnStage } from './own-stage.js';
import { layTcpWire, type TcpWire } from './tcp-wire.js';

describe.runIf(inject('stage').local)('a stage whose services are at another endpoint', () => {
  let endpoint: Stage;
  let wire: TcpWire;
  let own: OwnStage;
  let dynamo: DynamoDBClient;
  let s3: S3Client;

  beforeAll(async () => {
    endpoint = await startStage({ assembly: ASSEMBLIES.local, onlyServices: true });
    wire = await layTcpWire(endpoint.awsUrl);
    own = await startOwnStage({ standIn: { url: wire.url, credentials: endpoint.operator } });
    const settings = { endpoint: endpoint.awsUrl, region: endpoint.environment.region, credentials: endpoint.operator };
    dynamo = new DynamoDBClient(settings);
    s3 = new S3Client(settings);
  });
  afterAll(async () => {
    dynamo?.destroy();
    s3?.destroy();
    await own?.close();
    await wire?.cut();
    await endpoint?.close();
  });

  const keptAtEndpoint = async (id: string) => {
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'gateway-local-data-Documents', Key: { id: { S: id } } }));
    return Item;
  };

  it('keeps its documents there', async () => {
    const { id } = await own.gateway.documents.save.mutate({ folder: 'f', title: 'Kept elsewhere', body: 'x' });
    expect(await own.gateway.documents.get.query({ id })).toMatchObject({ title: 'Kept elsewhere', body: 'x' });
    expect(await keptAtEndpoint(id)).toMatchObject({ title: { S: 'Kept elsewhere' } });
  });

  it('takes files by signed URLs and forms, and keeps them there', async () => {
    const { files } = own.gateway;
    const signed = await files.upload.mutate({ name: 'a.txt', contentType: 'text/plain', bytes: 5 });
    expect(new URL(signed.url).origin).toBe(own.stage.awsUrl);
    expect((await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'hello' })).status).toBe(200);
    expect(await files.uploaded.mutate({ key: signed.key })).toMatchObject({ bytes: 5 });
    const [, bucket = ''] = new URL(signed.url).pathname.split('/');
    const head = await s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: decodeURIComponent(new URL(signed.url).pathname.slice(bucket.length + 2)) }),
    );
    expect([head.ContentLength, head.ContentType]).toEqual([5, 'text/plain']);
    const download = await fetch((await files.get.query({ key: signed.key })).url);
    expect(await download.text()).toBe('hello');
    const form = await files.form.mutate({ name: 'b.txt', contentType: 'text/plain', maxBytes: 10 });
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
    data.append('file', new Blob(['by form'], { type: 'text/plain' }));
    expect((await fetch(form.url, { method: 'POST', body: data })).status).toBeLessThan(300);
    expect(await files.uploaded.mutate({ key: form.key })).toMatchObject({ bytes: 7 });
  });

  it('runs the workers on its streams and queues', async () => {
    const { documents, events, search } = own.gateway;
    const activity = await follow((options) => events.activity.subscribe(undefined, options));
    const folder = freshName('folder');
    const { id } = await documents.save.mutate({ folder, title: 'Worked on', body: 'x' });
    await activity.until((entry) => entry.subject === id && entry.kind === 'saved');
    activity.stop();
    await eventually(async () => ((await search.find.query({ folder })).total === 1 ? true : undefined));
  });

  it('denies what the roles of the deployment may not', async () => {
    const { id } = await own.gateway.documents.save.mutate({ folder: 'f', title: 'Stays', body: 'x' });
    const giveBack = own.withhold('documents', 'dynamodb:DeleteItem');
    await expect(own.gateway.documents.remove.mutate({ id })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(own.denial('dynamodb:DeleteItem')?.message).toContain("add 'delete' or 'deleteStep' to Documents.allow(…)");
    expect(await keptAtEndpoint(id)).toBeDefined();
    giveBack();
    await own.gateway.documents.remove.mutate({ id });
    expect(await keptAtEndpoint(id)).toBeUndefined();
  });

  it('answers SERVICE_UNAVAILABLE while the endpoint is away, says so in its journal, and goes on when it is back', async () => {
    const { documents, search } = own.gateway;
    await wire.cut();
    await expect(documents.list.query({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    const said = () => own.journal.filter(({ part }) => part === 'stand-in').map(({ message }) => message);
    expect(said()).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ does not answer \(.*\): calls of its services fail/)]);
    await wire.mend();
    const folder = freshName('folder');
    const { id } = await documents.save.mutate({ folder, title: 'After', body: 'x' });
    expect(await keptAtEndpoint(id)).toBeDefined();
    await eventually(async () => ((await search.find.query({ folder })).total === 1 ? true : undefined));
    expect(said().at(-1)).toMatch(/answers again$/);
  });
});
