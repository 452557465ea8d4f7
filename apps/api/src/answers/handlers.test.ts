import { GatewayError } from '@org/gateway-core/errors';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RunningService, runService } from '../fakes/run-service.fixture.js';
import { sampleDocument } from '../fakes/sample-document.fixture.js';
import { answersHandlers } from './handlers.js';

let service: RunningService;
beforeEach(async () => {
  service = runService(answersHandlers());
  await service.answers('store').put([{ id: 'a1', title: 'Old title', text: 'Run npm start.' }]);
  await service.table('documents').put(sampleDocument({ title: 'How to start' }));
});

const ask = (question: string, limit?: number) => service.call('ask', { question, ...(limit === undefined ? {} : { limit }) });

describe('ask', () => {
  test('gives passages in runs, with the document’s own title and folder of now', async () => {
    expect(await ask('How do I start it?')).toEqual({
      answers: [
        {
          documentId: 'a1',
          folder: 'inbox',
          title: 'How to start',
          excerpt: [
            { text: 'Run npm ', match: false },
            { text: 'start', match: true },
            { text: '.', match: false },
          ],
          confidence: 'high',
        },
      ],
    });
  });

  test('does not show passages of a document that was removed', async () => {
    service.table('documents').items.clear();
    expect(await ask('How do I start it?')).toEqual({ answers: [] });
  });

  test('no answer asks the table for nothing', async () => {
    service.before('documents', 'batchGet', () => {
      throw new Error('no keys');
    });
    expect(await ask('Why?')).toEqual({ answers: [] });
  });

  test('two passages of one document are looked up once', async () => {
    const passage = { documentId: 'a1', title: null, excerpt: 'x', highlights: [], confidence: null };
    service.answerInstead('store', 'ask', [passage, passage]);
    const { answers } = (await ask('start')) as { answers: object[] };
    expect(answers).toMatchObject([{ title: 'How to start', confidence: null }, { title: 'How to start' }]);
  });

  test('a store that is not there is STORE_MISSING, 424', async () => {
    service.before('store', 'ask', () => {
      throw new GatewayError('FAILED_DEPENDENCY', '[FAILED_DEPENDENCY] there is no index');
    });
    await expect(ask('start')).rejects.toMatchObject({ code: 'FAILED_DEPENDENCY', error: 'STORE_MISSING', data: { store: 'help' } });
  });

  test('a question needs words', async () => {
    await expect(ask('  ')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
