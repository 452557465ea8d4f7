/** What is open in the editor: a contract with something deprecated in it, and a program that calls it and the packed one. */

/** A contract; who writes it says `deprecated` once, in the procedure. */
export const NOTES = `import { type Contract, defineContract, mutation, query, service, subscription } from '@org/gateway-core';
import * as z from 'zod';

const Id = () => z.object({ id: z.string() });

const notes = service('notes', {
  /** One note, with who wrote it. */
  read: query({ input: Id, output: () => z.object({ id: z.string(), by: z.string().optional() }), errors: { NOT_FOUND: Id } }),
  fetch: query({ auth: 'public', deprecated: { since: '2026-05-01', use: 'notes.read' }, input: Id, output: Id }),
  store: mutation({ deprecated: { since: '2026-05-01' }, input: Id }),
  heard: subscription({ deprecated: { since: '2026-05-01' }, event: Id }),
  /** Every change, as it happens. */
  changes: subscription({ input: () => z.object({ folder: z.string().default('all') }), event: Id, errors: { FORBIDDEN: Id } }),
  count: query({ output: () => z.number() }),
});

export const contract: Contract<{ notes: typeof notes }> = defineContract({ notes });
`;

/** The program. Every expression that is asked about stands in it once. */
export const CALLS = `import { createGatewayClient } from '@org/gateway-client';
import type { contract } from '../dist/notes.js';

const gateway = createGatewayClient({ url: '' });
const own = createGatewayClient<typeof contract>({ url: '' });

void gateway.documents.get.query({ id: 'a' });
void gateway.documents.changes.subscribe({});
void gateway.files.beginUpload;
void own.notes.read.query({ id: 'a' });
void own.notes.read.query.safe;
void own.notes.fetch.query({ id: 'a' });
void own.notes.store.mutate({ id: 'a' });
void own.notes.heard.subscribe();
void own.notes.changes.subscribe({});
void own.notes.count.query();
`;

const DOCUMENT = `{
    id: string;
    folder: string;
    title: string;
    bytes: number;
    version: number;
    createdAtMs: number;
    updatedAtMs: number;
    body: string;
}`;

/** What the types of calls look like, by the call. */
export const TYPES_SHOWN = {
  'gateway.documents.get': `(property) get: QueryClient<{
    id: string;
}, ${DOCUMENT}, {
    NOT_FOUND: {
        id: string;
    };
}>`,
  'gateway.documents.get.query': `(property) query: (input: {
    id: string;
}, options?: CallOptions | undefined) => Promise<${DOCUMENT}>`,
  'own.notes.fetch': `(property) fetch: DeprecatedQueryClient<{
    id: string;
}, {
    id: string;
}, NoErrors, {
    readonly since: "2026-05-01";
    readonly use: "notes.read";
}>`,
  'own.notes.fetch.query': `(property) query: (input: {
    id: string;
}, options?: CallOptions | undefined) => Promise<{
    id: string;
}>`,
  'own.notes.changes.subscribe': `(method) subscribe(input: {
    folder?: string | undefined;
}, options?: SubscribeOptions | undefined): Subscription<{
    id: string;
}>`,
  'own.notes.count.query': `(property) query: (input?: undefined, options?: CallOptions | undefined) => Promise<number>`,
};

/** Where definitions are: the file in `node_modules` and the line. */
export const DEFINED = {
  'gateway.documents': ['@org/gateway-contract/src/contract.ts', 'documents: typeof documents;'],
  'gateway.documents.get': ['@org/gateway-contract/src/documents.ts', 'get: query({'],
  'gateway.documents.changes': ['@org/gateway-contract/src/documents.ts', 'changes: subscription({'],
  'gateway.files.beginUpload': ['@org/gateway-contract/src/files.ts', "...upload({ ...LIMITS, auth: 'user', rest: '/files' }),"],
};

/** What is struck through, with what stands before it. */
export const STRUCK_THROUGH = ['void own.notes.fetch.query', 'void own.notes.store.mutate', 'void own.notes.heard.subscribe'];
