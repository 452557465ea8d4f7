/** Kendra, through the answers service. The same suite runs with a knowledge base on the stage `everything` (`everything.e2e.ts`). */

import { createGatewayClient } from '@org/gateway-client';
import { describe, expect, inject, it } from 'vitest';
import { describeAnswers } from './answers-suite.js';
import { copyAssembly } from './copy-assembly.js';
import { ASSEMBLIES, startOwnStage } from './own-stage.js';
import { signedIn } from './sign-in.js';

const { restUrl, socketUrl, local } = inject('stage');

describe('answers of the stage', () => {
  const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
  // Which store a deployed stage has is its own affair: only the local one is known to mark what answers.
  describeAnswers(() => gateway, { marks: local });
});

describe.runIf(local)('a store of answers that does not exist (needs a template that names another)', () => {
  it('is FAILED_DEPENDENCY and named', async () => {
    const assembly = await copyAssembly(ASSEMBLIES.local, (template) =>
      template.replace(/("Type":"AWS::Kendra::Index","PhysicalId":)"[^"]*"/, '$1"99999999-2222-4333-8444-555555555555"'),
    );
    const own = await startOwnStage({ assembly: assembly.folder });
    try {
      await expect(own.gateway.answers.ask.query({ question: 'Is anybody there?' })).rejects.toMatchObject({
        code: 'FAILED_DEPENDENCY',
        status: 424,
        error: 'STORE_MISSING',
        data: { store: 'help' },
      });
    } finally {
      await own.close();
      await assembly.remove();
    }
  });
});
