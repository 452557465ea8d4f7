/** What a store of answers does, whichever of AWS's services it is: the stage's settings choose. */

import type { GatewayClient } from '@org/gateway-client';
import type { AppContract } from '@org/gateway-contract';
import { expect, it } from 'vitest';
import { eventually } from './eventually.js';
import { freshName } from './names.js';

/** Declares the rules, for a store of which Kendra alone marks what answers. */
export function describeAnswers(gatewayOf: () => GatewayClient<AppContract>, { marks }: { readonly marks: boolean }): void {
  /** A name that nobody else wrote. */
  const name = freshName('Wombat').replace('-', '');

  it('answers a question by a passage of the document that says it, until that is removed', async () => {
    const { documents, answers } = gatewayOf();
    const folder = freshName('folder');
    await documents.save.mutate({ folder, title: 'Cooking rice', body: 'Rice is cooked in twice as much water.' });
    const { id } = await documents.save.mutate({
      folder,
      title: 'Where animals live',
      body: `Many animals live in holes. The ${name} sleeps in a burrow under the old oak tree.`,
    });
    const question = `Where does the ${name} sleep?`;
    const ask = async () => (await answers.ask.query({ question, limit: 5 })).answers.find(({ documentId }) => documentId === id);
    const answer = await eventually(ask);
    expect(answer).toMatchObject({ documentId: id, folder, title: 'Where animals live' });
    expect(answer.excerpt.map(({ text }) => text).join('')).toContain('burrow under the old oak tree');
    expect(answer.excerpt.some(({ text, match }) => match && text.includes(name))).toBe(marks);
    expect((await answers.ask.query({ question, limit: 1 })).answers.map(({ documentId }) => documentId)).toEqual([id]);

    await documents.edit.mutate({ id, version: 1, title: 'Where they live' });
    expect(await ask()).toMatchObject({ title: 'Where they live' });

    await documents.remove.mutate({ id });
    expect(await ask()).toBeUndefined();
  });
}
