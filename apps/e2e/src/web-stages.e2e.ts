/**
 * The web page in a real Chromium on stages of its own: what is denied, what is missing, and what only another shape of stage has.
 */

import { join } from 'node:path';
import type { StageOptions, StageUrls } from '@org/gateway-local';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findBrowser, launchBrowser } from './browser.js';
import { signInBrowser } from './browser-sign-in.js';
import { ASSEMBLIES, type OwnStage, ROOT, startOwnStage } from './own-stage.js';
import { siteConfig } from './site-config.js';

const executablePath = inject('stage').local ? findBrowser() : undefined;

describe.runIf(executablePath !== undefined)('the web page of a stage of its own', () => {
  let own: OwnStage | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    browser = await launchBrowser(executablePath as string);
  });
  afterEach(() => own?.close());
  afterAll(() => browser?.close());

  /** Its site says what the stage has. */
  const openSite = async (options: Partial<StageOptions> = {}) => {
    const config = (urls: StageUrls) => ({ ...siteConfig(urls), graph: own?.stage.outputs.LibraryUrl !== undefined });
    own = await startOwnStage({ ...options, site: { directory: join(ROOT, 'apps', 'web', 'dist', 'site'), config } });
    const context = await (browser as Browser).newContext();
    await signInBrowser(context, own.stage, 'ada');
    const page = await context.newPage();
    await page.goto(own.stage.siteUrl as string);
    await page.getByTestId('who').and(page.locator('[data-status="signed-in"]')).waitFor();
    await page.getByTestId('feed').and(page.locator('[data-following="true"]')).waitFor({ state: 'attached' });
    return { page, ...own };
  };

  it('shows what IAM denied, and why', async () => {
    const { page, stage, gateway: caller } = await openSite();
    const { key } = await caller.files.put.mutate({ name: 'kept.txt', contentType: 'text/plain', content: 'aGk=' });
    const role = stage.functions.find((name) => name.includes('-filesServiceFunction')) as string;
    stage.withhold({ role, action: 's3:DeleteObject' });
    await page.getByRole('button', { name: 'Delete kept.txt' }).click();
    await page.getByTestId('error').waitFor();
    await page.getByTestId('tool-permissions').click();
    await page.getByTestId('denied-only').check();
    const denied = page.getByTestId('decision-row').first();
    await denied.waitFor();
    expect(await denied.getAttribute('data-allowed')).toBe('false');
    expect(await denied.textContent()).toContain('is not authorized to perform: s3:DeleteObject');
    expect((await caller.files.get.query({ key })).name).toBe('kept.txt');
  });

  it('builds the search index when there is none', async () => {
    const { page } = await openSite();
    await page.getByTestId('search-box').fill('numbat');
    await page.getByTestId('rebuild').click();
    await page.getByTestId('search-total').filter({ hasText: 'Nothing found' }).waitFor();
  });

  it('offers the graph where the stage has it', async () => {
    const { page, gateway: caller } = await openSite({ assembly: ASSEMBLIES.everything });
    await caller.documents.save.mutate({ folder: 'notes', title: 'Wombat', body: 'x' });
    await page.getByTestId('tool-graph').click();
    await page.getByTestId('graph').getByRole('link', { name: 'Wombat' }).waitFor();
  });
});
