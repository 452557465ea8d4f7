/** The web page in a real Chromium, for tests: a browser per file, a fresh page per test. */

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { findBrowser, launchBrowser, launchPlainBrowser, type PlainBrowser } from './browser.js';
import { signInBrowser } from './browser-sign-in.js';

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

/** Registers the hooks that start and end the browser. On its pages ada is signed in. */
export function useWebPage(): WebPages {
  let browser: Browser | undefined;
  return usePages({
    start: async () => {
      browser = await launchBrowser(executablePath() as string);
    },
    newContext: async () => {
      const context = await (browser as Browser).newContext();
      await signInBrowser(context, inject('stage'), 'ada');
      return context;
    },
    status: 'signed-in',
    closePage: (page) => page.context().close(),
    end: () => browser?.close(),
  });
}

/** The same in a browser whose pages can be hidden and frozen; they share one context, where nobody is signed in. */
export function usePlainWebPage(): WebPages {
  let browser: PlainBrowser | undefined;
  return usePages({
    start: async () => {
      browser = await launchPlainBrowser(executablePath() as string);
    },
    newContext: async () => {
      const [context] = (browser as PlainBrowser).contexts();
      if (context === undefined) throw new Error('the browser has no context');
      return context;
    },
    status: 'signed-out',
    closePage: (page) => page.close(),
    end: () => browser?.close(),
  });
}

interface PageSource {
  start(): Promise<void>;
  newContext(): Promise<BrowserContext>;
  readonly status: 'signed-in' | 'signed-out';
  closePage(page: Page): Promise<void>;
  end(): Promise<void> | undefined;
}

function usePages({ start, newContext, status, closePage, end }: PageSource): WebPages {
  const complaints: string[] = [];
  const pages: Page[] = [];
  beforeAll(start);
  afterAll(end);
  afterEach(async () => {
    for (const page of pages.splice(0)) await closePage(page);
    complaints.length = 0;
  });
  const openPage = async () => {
    const context = await newContext();
    const page = await context.newPage();
    pages.push(page);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(inject('stage').siteUrl as string);
    await page
      .getByTestId('who')
      .and(page.locator(`[data-status="${status}"]`))
      .waitFor();
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
