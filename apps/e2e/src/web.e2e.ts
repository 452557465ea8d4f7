/** The web page in a real Chromium, on the local stage: read, edit, upload, live changes, a dropped connection. */

import { createGatewayClient } from '@org/gateway-client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findBrowser, launchBrowser } from './browser.js';
import { freshName } from './names.js';

const { restUrl, socketUrl, siteUrl, local } = inject('stage');
const executablePath = local ? findBrowser() : undefined;
const gateway = createGatewayClient({ url: restUrl, socketUrl });

describe.runIf(executablePath !== undefined)('the web page', () => {
  let browser: Browser | undefined;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser(executablePath as string);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await page.context().close();
    complaints.length = 0;
  });

  const openPage = async (hash = '') => {
    const context = await (browser as Browser).newContext();
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${siteUrl}${hash}`);
    await page.getByTestId('connection-state').and(page.locator('[data-state="open"]')).waitFor();
    await page.getByTestId('feed').and(page.locator('[data-following="true"]')).waitFor({ state: 'attached' });
    return page;
  };
  const row = (title: string) => page.getByTestId('document-row').filter({ hasText: title });

  it('shows the documents and opens one', async () => {
    const title = freshName('Readable');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: '# A heading\n\nSome *text*.' });
    await openPage();
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
    await openPage();
    await row(title).click();
    await page.getByText('still here').waitFor();
    expect(await page.locator('.markdown script, .markdown [onerror]').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
  });

  it('saves an edit that another client sees', async () => {
    const title = freshName('Editable');
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'before' });
    await openPage();
    await row(title).click();
    await page.getByTestId('edit').click();
    await page.getByTestId('editor-body').fill('after the edit');
    await page.getByTestId('save').click();
    // The editor closes when the gateway has acknowledged the edit.
    await page.getByTestId('edit').waitFor();
    await page.getByText('after the edit').waitFor();
    expect(await gateway.documents.get.query({ id })).toMatchObject({ version: 2, body: 'after the edit' });
  });

  it('shows a change made elsewhere without reloading', async () => {
    await openPage();
    const title = freshName('Live');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });
    await row(title).waitFor();
    await page.getByTestId('feed-item').filter({ hasText: title }).first().waitFor();
  });

  it('catches up after the connection was lost', async () => {
    await openPage();
    const folder = freshName('folder');
    const missed = freshName('Missed');
    await page.context().setOffline(true);
    // Chromium keeps open sockets when offline; the page hears the event and gives the connection up itself.
    await page.getByTestId('connection-state').and(page.locator(':not([data-state="open"])')).waitFor();
    await gateway.documents.save.mutate({ folder, title: missed, body: 'x' });
    await page.context().setOffline(false);
    await page.getByTestId('connection-state').and(page.locator('[data-state="open"]')).waitFor();
    await page.getByTestId('feed-item').filter({ hasText: missed }).first().waitFor();
    await row(missed).waitFor();
  });

  it('uploads a file and lists it', async () => {
    await openPage();
    const name = `${freshName('upload')}.txt`;
    await page.getByTestId('upload-input').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('hello from a browser') });
    await page.getByTestId('file-row').filter({ hasText: name }).waitFor();
    const { items } = await gateway.files.list.query({ limit: 100 });
    expect(items.find((item) => item.name === name)).toMatchObject({ bytes: 20, contentType: 'text/plain' });
  });

  it('tells an editor that someone else was faster, and keeps the text', async () => {
    const title = freshName('Contested');
    const { id } = await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'original' });
    await openPage();
    await row(title).click();
    await page.getByTestId('edit').click();
    await page.getByTestId('editor-body').fill('mine');
    await gateway.documents.edit.mutate({ id, version: 1, body: 'theirs' });
    await page.getByTestId('save').click();
    await page.getByTestId('error').waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('mine');
  });
});
