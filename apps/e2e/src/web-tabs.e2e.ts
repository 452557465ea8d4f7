/** Several tabs in a real Chromium: one connection for all, the next tab takes over, and people who chat. */

import { createGatewayClient } from '@org/gateway-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findBrowser, launchBrowser } from './browser.js';
import { signInBrowser } from './browser-sign-in.js';
import { freshName } from './names.js';
import { signedIn, type TestUser } from './sign-in.js';

const { restUrl, socketUrl, siteUrl, local } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });
const executablePath = local ? findBrowser() : undefined;

/** A tab, and the WebSockets that it has opened itself. */
interface Tab {
  readonly page: Page;
  readonly sockets: readonly string[];
}

describe.runIf(executablePath)('tabs of a browser', () => {
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await launchBrowser(executablePath as string);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  const newContext = async () => {
    const context = await browser.newContext();
    contexts.push(context);
    return context;
  };
  const openTab = async (context: BrowserContext, hash = ''): Promise<Tab> => {
    const page = await context.newPage();
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(`${siteUrl}${hash}`);
    await isLive(page);
    return { page, sockets };
  };
  const isLive = async (page: Page) => {
    await page.getByTestId('connection-state').and(page.locator('[data-state="live"]')).waitFor();
    await page.getByTestId('feed').and(page.locator('[data-following="true"]')).waitFor({ state: 'attached' });
  };
  const save = async () => {
    const title = freshName('Shared');
    await gateway.documents.save.mutate({ folder: freshName('folder'), title, body: 'x' });
    return title;
  };
  const shows = async ({ page }: Tab, title: string) => {
    const item = page.getByTestId('feed-item').filter({ hasText: title });
    await item.first().waitFor();
    expect(await item.count()).toBe(1);
  };

  it('share one connection; when the one that has it is closed, another takes over and misses nothing (row 42)', async () => {
    const context = await newContext();
    const first = await openTab(context);
    const others = await Promise.all([openTab(context), openTab(context)]);
    expect(first.sockets).toHaveLength(1);
    expect(others.map(({ sockets }) => sockets)).toEqual([[], []]);
    const before = await save();
    for (const tab of [first, ...others]) await shows(tab, before);

    await first.page.close();
    const meanwhile = await save();
    for (const tab of others) await shows(tab, meanwhile);
    const after = await save();
    for (const tab of others) await shows(tab, after);
    // The same caller as before, on one connection again.
    const opened = others.flatMap(({ sockets }) => sockets);
    expect(opened).toEqual(first.sockets);
  });

  it('of two people: who is there, what they say to all, and to one alone', async () => {
    const enter = async (user: TestUser) => {
      const context = await newContext();
      await signInBrowser(context, inject('stage'), user);
      const { page } = await openTab(context, '#/*/~chat');
      await page.getByTestId('room-random').click();
      await page.getByTestId('chat-members').and(page.locator('[data-joined="true"]')).waitFor();
      return page;
    };
    const say = async (page: Page, text: string) => {
      await page.getByTestId('chat-text').fill(text);
      await page.getByTestId('chat-send').click();
    };
    const line = (page: Page, text: string) => page.getByTestId('chat-line').filter({ hasText: text });
    const [adaName, graceName] = ['Ada Lovelace', 'Grace Hopper'];
    const [ada, grace] = await Promise.all([enter('ada'), enter('grace')]);
    await ada.getByTestId('chat-member').filter({ hasText: graceName }).waitFor();
    await say(ada, 'Hello everybody');
    await line(grace, 'Hello everybody').waitFor();
    await grace.getByTestId('chat-member').filter({ hasText: adaName }).click();
    await say(grace, 'Psst');
    await line(ada, 'Psst').and(ada.locator('[data-direct="true"]')).waitFor();
    await grace.close();
    await ada.getByTestId('chat-member').filter({ hasText: graceName }).waitFor({ state: 'detached' });

    await ada.setViewportSize({ width: 360, height: 640 });
    const { scroll, client } = await ada.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(client);
  });
});
