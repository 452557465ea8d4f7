/**
 * Templates for tests: a small product that has every kind of resource and worker, synthesized with changed settings, and readers that
 * find resources by the name they were given.
 */

import { message, messages, mutation, query, service, subscription } from '@org/gateway-core';
import {
  answers,
  bucket,
  bus,
  defineService,
  defineWorker,
  graph,
  graphOperation,
  model,
  searchIndex,
  serviceFunction,
  table,
  topics,
} from '@org/gateway-server/service';
import * as z from 'zod';
import type { Declarations } from './declarations.js';
import { checkSettings, settingsFor } from './settings.js';
import type { StageSettings } from './settings-schema.js';
import { type Resource, type StageTemplates, stageTemplates, type Template, type TemplateOptions, withoutHash } from './templates.js';

const Item = () => z.object({ id: z.string(), folder: z.string(), text: z.string() });
const auth = 'public';
const input = () => z.object({ id: z.string() });

const Documents = table('Documents', { item: Item, partitionKey: 'id', indexes: { byFolder: { partitionKey: 'folder' } } });
const Bodies = bucket('Bodies');
const Uploads = bucket('Uploads', { browserUploads: true });
const DocumentsIndex = searchIndex('DocumentsIndex', { document: Item, fields: { text: { type: 'text' } } });
const Help = answers('Help');
const Classifier = model('Classifier', { input: Item, output: Item });
const SearchStats = table('SearchStats', { item: Item, partitionKey: 'id', account: 'analytics' });
const Exports = bucket('Exports', { account: 'analytics' });
const Activity = table('Activity', { item: Item, partitionKey: 'id' });

const documentEvents = messages('documentEvents', { changed: message({ data: Item }), forgotten: message({ data: Item }) });
const DocumentEvents = bus('DocumentEvents', documentEvents, { transport: 'sns-sqs', ordered: true });
const AuditEvents = bus('AuditEvents', documentEvents, { transport: 'sns-sqs' });
const FileEvents = bus('FileEvents', messages('fileEvents', { uploaded: message({ data: Item }) }), { transport: 'table' });

const Library = graph('Library', {
  schema: 'type Query { document(id: ID!): String }',
  operations: {
    document: graphOperation({ document: '{ document }', fields: ['Query.document'], variables: Item, data: Item }),
  },
});

const documents = service('documents', {
  get: query({ auth, input, rest: 'GET /documents/{id}' }),
  folders: query({ auth, rest: 'GET /folders' }),
  changes: subscription({ auth, input, event: Item }),
});
const files = service('files', { upload: mutation({ auth, input, rest: 'POST /files' }) });
const system = service('system', { health: query({ auth, rest: 'GET /health' }), whoami: query({ auth, rest: 'GET /whoami' }) });
const search = service('search', { find: query({ auth, input, rest: 'GET /search' }) });
const help = service('help', { ask: query({ auth, input }), label: query({ auth, input }) });
const catalogue = service('catalogue', { document: query({ auth, input }) });
const indexing = service('indexing', { rebuild: mutation({ auth, input }) });

const services: Declarations['services'] = [
  defineService(documents, {
    uses: {
      table: Documents.allow('get', 'put', 'query'),
      bodies: Bodies.allow('get', 'put'),
      events: DocumentEvents.allow('publish'),
    },
  }),
  defineService(files, {
    uses: { uploads: Uploads.allowUnder('files/', 'presignPost', 'list'), events: FileEvents.allow('publish') },
  }),
  defineService(system, { uses: {}, memoryMb: 256 }),
  defineService(search, {
    uses: {
      index: DocumentsIndex.allow('search', 'get'),
      stats: SearchStats.allow('update'),
      exports: Exports.allowUnder('search/', 'put'),
      indexing: serviceFunction(indexing).allowSend('rebuild'),
    },
  }),
  defineService(help, { uses: { answers: Help.allow('ask'), model: Classifier.allow('invoke', 'invokeStream') } }),
  defineService(catalogue, { uses: { library: Library.allow('document') } }),
  defineService(indexing, { uses: { index: DocumentsIndex.allow('write', 'ensure') }, internal: true }),
];

const workers: Declarations['workers'] = [
  defineWorker('indexer', {
    source: Documents.changes(),
    uses: { index: DocumentsIndex.allow('write'), announce: topics(documents).allow('changes') },
  }),
  defineWorker('labeller', {
    source: DocumentEvents.on('changed'),
    uses: { activity: Activity.allowOn({ partitions: ['label/*'] }, 'put') },
    announces: documents,
    timeoutSeconds: 20,
    maxAttempts: 3,
  }),
  defineWorker('auditor', { source: AuditEvents.on('changed', 'forgotten'), uses: {} }),
  defineWorker('fileActivity', { source: FileEvents.on('uploaded'), uses: { activity: Activity.allow('put') } }),
  defineWorker('library', { source: Library.fields('Query.document'), uses: { table: Documents.allow('get') } }),
];

/** Every kind of resource, service and worker. */
export const product: Declarations = { services, workers };

/** Synthesizes a stage, with some of its settings changed. */
export function synthesize(
  stage: string,
  changes: Partial<StageSettings> = {},
  options: Partial<Omit<TemplateOptions, 'settings'>> = {},
): StageTemplates {
  return stageTemplates({ declarations: product, ...options, settings: checkSettings({ ...settingsFor(stage), ...changes }) });
}

/** Resources of a type, by logical id. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  return Object.fromEntries(Object.entries(template.Resources).filter(([, { Type }]) => Type === type));
}

/** The one resource with this logical id, CDK's hash apart. */
export function resourceNamed(template: Template, name: string): Resource {
  const found = Object.entries(template.Resources).filter(([id]) => withoutHash(id) === name);
  const [, resource] = found[0] ?? [];
  if (resource !== undefined && found.length === 1) return resource;
  throw new Error(
    `expected one resource ${name}, got ${found.length} among ${Object.keys(template.Resources).map(withoutHash).join(', ')}`,
  );
}
