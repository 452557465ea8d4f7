import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame } from './codec.js';

const id = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ minLength: 1, maxLength: 128 }));
const method = fc.constantFrom('query', 'mutation', 'subscription', 'subscription.stop', 'connectionParams', 'unknown');
/** Messages that are nearly right: each part sound, missing, or anything. */
const nearly = fc.record(
  {
    id: fc.oneof(id, fc.jsonValue()),
    method: fc.oneof(method, fc.jsonValue()),
    svc: fc.oneof(fc.string(), fc.jsonValue()),
    params: fc.oneof(
      fc.record({ path: fc.string(), input: fc.jsonValue(), lastEventId: fc.string() }, { requiredKeys: [] }),
      fc.jsonValue(),
    ),
    data: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

describe('readFrame, with any text', () => {
  it('never throws and always answers something', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          nearly.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(readFrame(text).length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('says what is wrong in well-formed text that a frame of its own can carry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        for (const message of readFrame(text)) {
          if (message.kind !== 'invalid') continue;
          expect(message.message.startsWith(`[${message.code}] `)).toBe(true);
          expect(Buffer.from(message.message).toString()).toBe(message.message);
          expect(message.message.length).toBeLessThan(500);
        }
      }),
    );
  });
});

describe('readFrame, with arrays', () => {
  it('loses no message and keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(nearly, fc.jsonValue()), { minLength: 1, maxLength: 100 }), (messages) => {
        const alone = messages.map((message) => readFrame(JSON.stringify(Array.isArray(message) ? [message] : message)));
        expect(readFrame(JSON.stringify(messages))).toEqual(alone.flat());
        expect(alone.every((read) => read.length === 1)).toBe(true);
      }),
    );
  });

  it('keeps every id, of sound and of broken messages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id, method: method.filter((name) => name !== 'connectionParams') }), { minLength: 1 }),
        (messages) => {
          const sent = JSON.parse(JSON.stringify(messages)) as typeof messages;
          const read = readFrame(JSON.stringify(sent)).map((message) =>
            message.kind === 'stop' ? message.frame.id : message.kind === 'invalid' ? message.id : undefined,
          );
          expect(read).toEqual(sent.map((message) => message.id));
        },
      ),
    );
  });
});

describe('readFrame, with inputs', () => {
  it('hands every JSON value on unchanged, prototype keys among it', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString'));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.dictionary(key, tie('tree')), fc.array(tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, (input) => {
        const text = JSON.stringify(input);
        const [message] = readFrame(`{"id":1,"method":"query","params":{"path":"a.b","input":${text}}}`);
        expect(JSON.stringify((message as { frame: { params: { input: unknown } } }).frame.params.input)).toBe(
          JSON.stringify(JSON.parse(text)),
        );
        expect(({} as Record<string, unknown>).admin).toBeUndefined();
      }),
    );
  });
});
