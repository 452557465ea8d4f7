/** The web page in a real Chromium, for tests: a browser per file, a fresh page per test. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { findBrowser, launchBrowser } from './browser.js';

/** Whether there is a page to test, and a browser to test it in. */
export function hasWebPage(): boolean {
  return executablePath() !== undefined;
}

export interface WebPages {
  /** Opens the page; it is connected and follows what happens. */
  openPage(): Promise<Page>;
  /** Errors that nobody caught, of this test's pages. */
  readonly complaints: readonly string[];
}

/** Registers the hooks that start and end the browser. */
export function useWebPage(): WebPages {
  const complaints: string[] = [];
  const pages: Page[] = [];
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser(executablePath() as string);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    complaints.length = 0;
  });
  const openPage = async () => {
    const context = await (browser as Browser).newContext();
    const page = await context.newPage();
    pages.push(page);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(inject('stage').siteUrl as string);
    await page.getByTestId('connection-state').and(page.locator('[data-state="live"]')).waitFor();
    await page.getByTestId('feed').and(page.locator('[data-following="true"]')).waitFor({ state: 'attached' });
    return page;
  };
  return { openPage, complaints };
}

/** The local stage serves the page; a deployed one does not. */
function executablePath(): string | undefined {
  return inject('stage').local ? findBrowser() : undefined;
}
