/**
 * Row 40 of the fault matrix in a real Chromium: the page is frozen, hidden, without a network, or left and come back to. Somebody else
 * publishes meanwhile; afterwards it shows every event once, in order.
 */

import { createGatewayClient } from '@org/gateway-client';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { freshName } from './names.js';
import { signedIn } from './sign-in.js';
import { hasWebPage, usePlainWebPage } from './web-page.js';

const { restUrl, socketUrl, siteUrl } = inject('stage');
const gateway = createGatewayClient({ url: restUrl, socketUrl, ...signedIn() });

describe.runIf(hasWebPage())('row 40: a page', () => {
  const { openPage, complaints } = usePlainWebPage();
  afterAll(() => gateway.$close());

  /** Titles that only one test has. */
  const titles = () => {
    const name = freshName('Away');
    return ['one', 'two', 'three', 'four'].map((each) => `${name} ${each}`);
  };
  const save = async (...saved: readonly string[]) => {
    const folder = freshName('folder');
    for (const title of saved) await gateway.documents.save.mutate({ folder, title, body: 'x' });
  };
  const items = (page: Page, title: string) => page.getByTestId('feed-item').filter({ hasText: title });
  /** What the page shows of them, the oldest first. */
  const shown = async (page: Page, all: readonly string[]) => {
    const texts = await page.getByTestId('feed-item').allTextContents();
    return texts.reverse().flatMap((text) => all.filter((title) => text.includes(title)));
  };
  const told = (page: Page) => page.evaluate(() => (globalThis as unknown as { told: string[] }).told);
  /** Notes what the browser tells the page. */
  const listen = (page: Page) =>
    page.evaluate(() => {
      const told: string[] = [];
      Object.assign(globalThis, { told });
      const note = ({ type, persisted }: Event & { persisted?: boolean }) => void told.push(persisted ? `${type} persisted` : type);
      for (const type of ['freeze', 'resume', 'pagehide', 'pageshow', 'offline', 'online', 'visibilitychange']) {
        globalThis.addEventListener(type, note, { capture: true });
      }
    });

  it.each<[string, readonly string[], (page: Page) => Promise<() => Promise<unknown>>]>([
    [
      'frozen',
      ['freeze', 'resume'],
      async (page) => {
        const chromium = await page.context().newCDPSession(page);
        await chromium.send('Page.setWebLifecycleState', { state: 'frozen' });
        return () => chromium.send('Page.setWebLifecycleState', { state: 'active' });
      },
    ],
    [
      'without a network',
      ['offline', 'online'],
      async (page) => {
        const chromium = await page.context().newCDPSession(page);
        await chromium.send('Network.enable');
        const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
        await chromium.send('Network.emulateNetworkConditions', { ...network, offline: true });
        return () => chromium.send('Network.emulateNetworkConditions', { ...network, offline: false });
      },
    ],
    [
      'hidden',
      ['visibilitychange', 'visibilitychange'],
      // A headless browser shows all its pages: this one is told that it is not.
      async (page) => {
        const setHidden = (hidden: boolean) =>
          page.evaluate((isHidden) => {
            Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          }, hidden);
        await setHidden(true);
        return () => setHidden(false);
      },
    ],
    [
      'left and come back to, out of the back/forward cache',
      ['pagehide persisted', 'pageshow persisted'],
      async (page) => {
        await page.goto(`${siteUrl}/runtime-config.json`);
        // Nothing loads again: what comes back is the page as it was.
        return () => page.goBack({ waitUntil: 'commit' });
      },
    ],
  ])('that was %s shows every event once, in order', async (_, events, leave) => {
    const page = await openPage();
    await listen(page);
    const [before = '', ...others] = titles();
    const after = others.pop() ?? '';
    await save(before);
    await items(page, before).first().waitFor();
    const comeBack = await leave(page);
    await save(...others);
    await comeBack();
    await save(after);
    await items(page, after).first().waitFor();
    await items(page, others[1] ?? '')
      .first()
      .waitFor();
    expect(await shown(page, [before, ...others, after])).toEqual([before, ...others, after]);
    expect((await told(page)).filter((each) => events.includes(each))).toEqual(events);
    expect(complaints).toEqual([]);
  });
});
