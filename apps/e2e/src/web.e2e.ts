/**
 * The web page in a real Chromium, on the local stage: read, edit, search, ask, what happens live, and a lost connection.
 */

import { createGatewayClient } from '@org/gateway-client';
import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { signedIn } from './sign-in.js';
import { hasWebPage, useWebPage } from './web-page.js';

const { restUrl, socketUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

describe.runIf(hasWebPage())('the web page', () => {
  const { openPage, complaints } = useWebPage();
  let page: Page;
  const row = (title: string) => page.getByTestId('document-row').filter({ hasText: title });

  it('shows the documents and opens one', async () => {
    const title = freshName('Readable');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: '# A heading\n\nSome *text*.' });
    page = await openPage();
    await row(title).click();
    await page.getByRole('heading', { name: 'A heading' }).waitFor();
    expect(await page.getByTestId('document-title').textContent()).toContain(title);
    expect(complaints).toEqual([]);
  });

  it('does not run scripts of a document', async () => {
    const title = freshName('Hostile');
    await gateway.documents.save.mutate({
      folder: freshName('folder'),
      title,
      body: '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>still here',
    });
    page = await openPage();
    await row(title).click();
    await page.locator('.markdown').getByText('still here').waitFor();
    expect(await page.locator('.markdown script, .markdown [onerror]').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
  });

  it('saves an edit that another client sees', async () => {
    const title = freshName('Editable');
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'before' });
    page = await openPage();
    await row(title).click();
    await page.getByTestId('edit').click();
    await page.getByTestId('editor-body').fill('after the edit');
    await page.getByTestId('save').click();
    // The editor closes when the gateway has acknowledged the edit.
    await page.getByTestId('edit').waitFor();
    await page.locator('.markdown').getByText('after the edit').waitFor();
    expect(await gateway.documents.get.query({ id })).toMatchObject({ version: 2, body: 'after the edit' });
  });

  it('shows a change made elsewhere without reloading', async () => {
    page = await openPage();
    const title = freshName('Live');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });
    await row(title).waitFor();
    await page.getByTestId('feed-item').filter({ hasText: title }).first().waitFor();
  });

  it('catches up after the connection was lost', async () => {
    page = await openPage();
    const folder = freshName('folder');
    const missed = freshName('Missed');
    await page.context().setOffline(true);
    // Chromium keeps open sockets when offline; the page hears the event and gives the connection up itself.
    await page.getByTestId('connection-state').and(page.locator(':not([data-state="live"])')).waitFor();
    await gateway.documents.save.mutate({ folder, title: missed, body: 'x' });
    await page.context().setOffline(false);
    await page.getByTestId('connection-state').and(page.locator('[data-state="live"]')).waitFor();
    await page.getByTestId('feed-item').filter({ hasText: missed }).first().waitFor();
    await row(missed).waitFor();
  });

  it('tells an editor that someone else was faster, and keeps the text', async () => {
    const title = freshName('Contested');
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'original' });
    page = await openPage();
    await row(title).click();
    await page.getByTestId('edit').click();
    await page.getByTestId('editor-body').fill('mine');
    await gateway.documents.edit.mutate({ id, version: 1, body: 'theirs' });
    await page.getByTestId('save').click();
    await page.getByTestId('error').waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('mine');
  });

  it('finds documents while their words are typed, and marks them', async () => {
    const word = freshName('zebra').replace('-', '');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title: 'Animals', body: `Here lives the ${word} of the plains.` });
    page = await openPage();
    await eventually(async () => {
      // Not whole: the last word may go on. Typed again until the index has the document.
      await page.getByTestId('search-box').fill('');
      await page.getByTestId('search-box').pressSequentially(word.slice(0, -2));
      await page.getByTestId('search-hit').first().waitFor({ timeout: 2_000 });
      return true;
    });
    expect(await page.getByTestId('search-hit').locator('mark').allTextContents()).toContain(word);
    expect(await page.getByTestId('search-total').textContent()).toBe('1 document');
    await page.getByTestId('search-hit').first().click();
    await page.getByTestId('document-title').filter({ hasText: 'Animals' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('leaves only the results of the folder that is chosen', async () => {
    const word = freshName('quokka').replace('-', '');
    const folders = [freshName('a'), freshName('b')];
    for (const folder of folders) await gateway.documents.save.mutate({ folder, title: `${word} of ${folder}`, body: 'x' });
    page = await openPage();
    const facet = page.getByTestId('facet').filter({ hasText: folders[1] as string });
    await eventually(async () => {
      await page.getByTestId('search-box').fill('');
      await page.getByTestId('search-box').fill(word);
      await page.getByTestId('search-hit').nth(1).waitFor({ timeout: 2_000 });
      return true;
    });
    await facet.click();
    await page.getByTestId('search-total').filter({ hasText: '1 document' }).waitFor();
    expect(await page.getByTestId('search-hit').allTextContents()).toEqual([expect.stringContaining(folders[1] as string)]);
    expect(await page.getByTestId('facet').count()).toBe(2);
  });

  it('answers a question with a passage of a document', async () => {
    const word = freshName('okapi').replace('-', '');
    const title = `Diet of the ${word}`;
    const body = `The ${word} eats leaves, grass and fruit. It lives in the forest.`;
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body });
    page = await openPage();
    await page.getByTestId('tool-ask').click();
    const answer = page.getByTestId('answer').filter({ hasText: title });
    await eventually(async () => {
      await page.getByTestId('question').fill(`What does the ${word} eat?`);
      await page.getByTestId('ask').click();
      await answer.first().waitFor({ timeout: 2_000 });
      return true;
    });
    expect(await answer.first().locator('blockquote').textContent()).toContain('leaves, grass and fruit');
    await answer.first().getByRole('link').click();
    await page.getByTestId('document-title').filter({ hasText: title }).waitFor();
  });

  it('shows the label of a document once the model has read it', async () => {
    page = await openPage();
    const title = freshName('Parser');
    await gateway.documents.save.mutate({
      folder: freshName('folder'),
      title,
      body: 'A parser that reads source code into a syntax tree, with a tokenizer, a grammar and an AST visitor.',
    });
    await row(title).getByTestId('label').waitFor();
  });

  it('classifies texts line by line, as the model answers', async () => {
    page = await openPage();
    await page.getByTestId('tool-classify').click();
    await page
      .getByTestId('classify-text')
      .fill('A unit test runner with assertions, mocks and spies.\n\nAn HTTP server framework with routing.');
    await page.getByTestId('classify-lines').click();
    await page.getByTestId('classified').and(page.locator('[data-status="ready"]')).waitFor();
    const best = page.getByTestId('classified-text').locator('.guesses li:first-child span:first-child');
    expect(await best.allTextContents()).toEqual(['testing', 'web']);
  });

  it('shows a note in the activity of another page', async () => {
    const title = freshName('Noted');
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });
    page = await openPage();
    const text = freshName('please-read');
    await gateway.events.note.mutate({ id, text });
    await page.getByTestId('feed-item').and(page.locator('[data-kind="noted"]')).filter({ hasText: text }).waitFor();
    expect(complaints).toEqual([]);
  });
});
