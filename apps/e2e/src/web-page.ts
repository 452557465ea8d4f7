/** The web page in a real Chromium, for tests: a browser per file, a fresh page per test. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { findBrowser, launchBrowser, launchPlainBrowser, type PlainBrowser } from './browser.js';

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
  let browser: Browser | undefined;
  return usePages({
    start: async () => {
      browser = await launchBrowser(executablePath() as string);
    },
    newPage: async () => (await (browser as Browser).newContext()).newPage(),
    closePage: (page) => page.context().close(),
    end: () => browser?.close(),
  });
}

/** The same in a browser whose pages can be hidden and frozen; they share one context. */
export function usePlainWebPage(): WebPages {
  let browser: PlainBrowser | undefined;
  return usePages({
    start: async () => {
      browser = await launchPlainBrowser(executablePath() as string);
    },
    newPage: () => (browser as PlainBrowser).contexts()[0]?.newPage() ?? Promise.reject(new Error('the browser has no context')),
    closePage: (page) => page.close(),
    end: () => browser?.close(),
  });
}

interface PageSource {
  start(): Promise<void>;
  newPage(): Promise<Page>;
  closePage(page: Page): Promise<void>;
  end(): Promise<void> | undefined;
}

function usePages({ start, newPage, closePage, end }: PageSource): WebPages {
  const complaints: string[] = [];
  const pages: Page[] = [];
  beforeAll(start);
  afterAll(end);
  afterEach(async () => {
    for (const page of pages.splice(0)) await closePage(page);
    complaints.length = 0;
  });
  const openPage = async () => {
    const page = await newPage();
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
