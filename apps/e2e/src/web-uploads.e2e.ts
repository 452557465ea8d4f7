/** Uploads on the web page in a real Chromium: straight to the bucket, in parts, cut off, resumed and cancelled. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createGatewayClient, isGatewayError } from '@org/gateway-client';
import { describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { signedIn } from './sign-in.js';
import { hasWebPage, useWebPage } from './web-page.js';

const { restUrl, socketUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

describe.runIf(hasWebPage())('uploads on the web page', () => {
  const { openPage } = useWebPage();

  it('uploads a file and lists it', async () => {
    const page = await openPage();
    const name = `${freshName('upload')}.txt`;
    await page.getByTestId('upload-input').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('hello from a browser') });
    await page.getByTestId('file-row').filter({ hasText: name }).waitFor();
    const { items } = await gateway.files.list.query({ limit: 100 });
    expect(items.find((item) => item.name === name)).toMatchObject({ bytes: 20, contentType: 'text/plain' });
  });

  it('uploads a large file in parts, with progress', async () => {
    const page = await openPage();
    const name = `${freshName('large')}.bin`;
    const partUrls: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && partUrls.push(request.url()));
    const buffer = Buffer.alloc(18 * 1_048_576, 7);
    await page.getByTestId('upload-input').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await page.getByRole('progressbar', { name: `Upload of ${name}` }).waitFor();
    await page.getByTestId('file-row').filter({ hasText: name }).waitFor();
    expect(partUrls.map((url) => new URL(url).searchParams.get('partNumber')).sort()).toEqual(['1', '2', '3']);
    await page.getByTestId('feed-item').and(page.locator('[data-kind="uploaded"]')).filter({ hasText: name }).waitFor();
    const { items } = await gateway.files.list.query({ limit: 100 });
    expect(items.find((item) => item.name === name)).toMatchObject({ bytes: 18_874_368 });
  });

  it('goes on with the missing parts after the connection was lost', async () => {
    const page = await openPage();
    const name = `${freshName('resumed')}.bin`;
    const sent: string[] = [];
    // The second part never gets through, until the way is free again.
    await page.route(/partNumber=2\b/, (route) => route.abort('connectionreset'));
    page.on(
      'requestfinished',
      (request) => request.method() === 'PUT' && sent.push(new URL(request.url()).searchParams.get('partNumber')!),
    );
    const buffer = Buffer.alloc(10 * 1_048_576, 3);
    await page.getByTestId('upload-input').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await page.getByTestId('upload').and(page.locator('[data-phase="stopped"]')).waitFor();
    expect(sent).toEqual(['1']);
    await page.unroute(/partNumber=2\b/);
    await page.getByTestId('resume-upload').click();
    await page.getByTestId('file-row').filter({ hasText: name }).waitFor();
    expect(sent).toEqual(['1', '2']);
  });

  it('goes on after a reload when the same file is chosen again', async () => {
    const page = await openPage();
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    const path = join(folder, `${freshName('reloaded')}.bin`);
    await writeFile(path, Buffer.alloc(10 * 1_048_576, 5));
    const sent: string[] = [];
    const first = page.waitForEvent('requestfinished', (request) => request.method() === 'PUT');
    // The second part never gets through, and the first does.
    await page.route(/partNumber=2\b/, async (route) => {
      await first;
      await route.abort('connectionreset');
    });
    page.on(
      'requestfinished',
      (request) => request.method() === 'PUT' && sent.push(new URL(request.url()).searchParams.get('partNumber')!),
    );
    await page.getByTestId('upload-input').setInputFiles(path);
    await page.getByTestId('upload').and(page.locator('[data-phase="stopped"]')).waitFor();
    await page.unroute(/partNumber=2\b/);
    await page.reload();
    await page.getByTestId('upload-input').setInputFiles(path);
    await page
      .getByTestId('file-row')
      .filter({ hasText: basename(path) })
      .waitFor();
    expect(sent).toEqual(['1', '2']);
    await rm(folder, { recursive: true });
  });

  it('gives an upload up when it is cancelled', async () => {
    const page = await openPage();
    const name = `${freshName('cancelled')}.bin`;
    const begun = page.waitForResponse((response) => response.url().includes('beginUpload'));
    // Its second part is under way for ever.
    await page.route(/partNumber=2\b/, () => undefined);
    await page
      .getByTestId('upload-input')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(10 * 1_048_576) });
    const { result } = (await (await begun).json()) as { result: { data: { key: string } } };
    await page.getByTestId('cancel-upload').click();
    await page.getByTestId('upload').waitFor({ state: 'detached' });
    await eventually(async () => (await isGone(result.data.key)) || undefined);
  });

  it('begins an upload by itself once there is a connection', async () => {
    const page = await openPage();
    const name = `${freshName('offline')}.txt`;
    await page.context().setOffline(true);
    await page.getByTestId('upload-input').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('later') });
    await page.getByTestId('upload').and(page.locator('[data-phase="stopped"]')).waitFor();
    await page.context().setOffline(false);
    await page.getByTestId('file-row').filter({ hasText: name }).waitFor();
  });
});

/** Nothing of the upload is left. */
async function isGone(key: string): Promise<boolean> {
  const failure = await gateway.files.listParts.query({ key }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return isGatewayError(failure, gateway.files.listParts, 'NOT_FOUND');
}
