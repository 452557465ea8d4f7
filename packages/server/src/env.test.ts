import { query, service, subscription } from '@org/gateway-core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readServiceEnvironment } from './env.js';
import { bucket } from './service/bucket.js';
import { defineService } from './service/define-service.js';
import { table } from './service/table.js';

const Notes = table('Notes', { item: () => z.object({ id: z.string() }), partitionKey: 'id' });
const declaration = defineService(service('notes', { get: query({}), changes: subscription({ event: () => z.string() }) }), {
  uses: { table: Notes.allow('get'), files: bucket('Files').allow('get') },
});
const complete = {
  GATEWAY_SERVICE: 'notes',
  GATEWAY_ALLOWED_ORIGIN: '*',
  GATEWAY_CONNECTIONS_TABLE: 'connections-1',
  GATEWAY_TOPICS_TABLE: 'topics-1',
  RES_Notes: 'notes-1',
  RES_Files: 'files-1',
};

describe('readServiceEnvironment', () => {
  it('reads what the deployment set', () => {
    const environment = readServiceEnvironment(declaration, complete);
    expect(environment).toMatchObject({ allowedOrigin: '*', connectionsTable: 'connections-1', topicsTable: 'topics-1' });
    expect(environment.locationOf(Notes.resource)).toBe('notes-1');
  });

  it('lists everything that is missing or wrong in one message', () => {
    expect(() => readServiceEnvironment(declaration, { GATEWAY_SERVICE: 'other', GATEWAY_ALLOWED_ORIGIN: '*', RES_Notes: '' })).toThrow(
      /GATEWAY_SERVICE \(.*\), GATEWAY_CONNECTIONS_TABLE \(missing\), GATEWAY_TOPICS_TABLE \(missing\), RES_Notes \(.*\), RES_Files \(missing\)/,
    );
  });

  it('asks for no topics table where there are no subscriptions', () => {
    const plain = defineService(service('plain', { get: query({}) }), { uses: {} });
    const { GATEWAY_TOPICS_TABLE: _, ...rest } = complete;
    expect(readServiceEnvironment(plain, { ...rest, GATEWAY_SERVICE: 'plain' }).topicsTable).toBeUndefined();
  });
});
