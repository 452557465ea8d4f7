import { message, messages, query, service } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { answers } from './answers.js';
import { bucket } from './bucket.js';
import { bus } from './bus.js';
import { defineService } from './define-service.js';
import { explainDenials } from './explain-denials.js';
import { serviceFunction } from './function.js';
import { model } from './model.js';
import { searchIndex } from './search-index.js';
import { table } from './table.js';
import { defineWorker } from './worker.js';

const Files = table('Files', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const FileEvents = bus('FileEvents', messages('fileEvents', { uploaded: message({ data: () => z.object({}) }) }), { transport: 'table' });
const Uploads = bucket('Uploads');
const Pages = searchIndex('WebPages', { document: () => z.object({ text: z.string() }), fields: { text: { type: 'text' } } });
const other = service('other', { ping: query({ auth: 'public', output: () => z.object({}) }) });
const declared = [
  defineService(service('files', { all: query({ auth: 'public', output: () => z.object({}) }) }), {
    uses: { table: Files.allow('get'), events: FileEvents.allow('publish'), uploads: Uploads.allow('get') },
  }),
  defineWorker('keeper', {
    source: Files.changes(),
    uses: {
      pages: Pages.allow('search'),
      store: answers('Help').allow('ask'),
      model: model('Judge', { input: () => z.object({}), output: () => z.object({}) }).allow('invoke'),
      other: serviceFunction(other).allow('ping'),
    },
  }),
];
const explain = explainDenials(declared);
const dynamo = (name: string) => `arn:aws:dynamodb:us-east-1:111122223333:table/gateway-local-data-${name}`;

describe('the explanation of a denial', () => {
  it('names the operation, the resource and whose uses', () => {
    expect(explain({ role: 'filesServiceRole7C14', action: 'dynamodb:DeleteItem', resource: dynamo('Files') })).toBe(
      "add 'delete' or 'deleteStep' to Files.allow(…) in the uses of files (apps/api/src/files/service.ts)",
    );
  });

  it('knows the role that a service has in another account', () => {
    expect(explain({ role: 'filesAccess12345678', action: 'dynamodb:GetItem', resource: dynamo('Files') })).toContain(
      "add 'get' to Files.allow(…) in the uses of files",
    );
  });

  it.each([
    ['dynamodb:PutItem', dynamo('FileEvents'), "'publish' to FileEvents.allow(…)"],
    ['dynamodb:Query', `${dynamo('Files')}/index/byName`, "'query' to Files.allow(…)"],
    ['s3:ListBucket', 'arn:aws:s3:::gateway-local-data-uploads', "'list' or 'get' or 'getRange' or 'head' to Uploads.allow(…)"],
    ['s3:DeleteObject', 'arn:aws:s3:::gateway-local-data-uploads/a', "'delete' to Uploads.allow(…)"],
    ['es:ESHttpPost', 'arn:aws:es:us-east-1:111122223333:domain/d/web-pages-write/_bulk', "'write' to WebPages.allow(…)"],
    ['es:ESHttpDelete', 'arn:aws:es:us-east-1:111122223333:domain/d/web-pages', "'drop' to WebPages.allow(…)"],
    ['kendra:BatchPutDocument', 'arn:aws:kendra:us-east-1:111122223333:index/1234', "'put' to Help.allow(…)"],
    ['bedrock:Retrieve', 'arn:aws:bedrock:us-east-1:111122223333:knowledge-base/K', "'ask' to Help.allow(…)"],
    ['sagemaker:InvokeEndpointWithResponseStream', 'arn:aws:sagemaker:us-east-1:1:endpoint/e', "'invokeStream' to Judge.allow(…)"],
    ['lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:1:function:s-otherServiceFunction12', "'ping' to serviceFunction(other).allow(…)"],
  ])('tells what needs %s on %s', (action, resource, line) => {
    expect(explain({ role: 'keeperWorkerRole12', action, resource })).toBe(
      `add ${line} in the uses of keeper (apps/api/src/keeper/service.ts)`,
    );
  });

  it('leaves out what no declaration gives', () => {
    expect(explain({ role: 'filesServiceRole7C14', action: 'dynamodb:GetItem', resource: dynamo('Connections') })).toBeUndefined();
    expect(explain({ role: 'keeperWorkerRole12', action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:1:q' })).toBeUndefined();
    expect(explain({ role: 'SocketFunctionRole12', action: 'dynamodb:GetItem', resource: dynamo('Files') })).toBeUndefined();
  });
});
