/**
 * A browser that is on the machine already: nothing is downloaded. Without one the browser tests are skipped with a sentence that says how
 * to get one; on CI that is a failure.
 */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { configuredBrowser, isCi } from './env.js';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a Chromium, undefined when there is none. */
export function findBrowser(): string | undefined {
  const configured = configuredBrowser();
  if (configured !== undefined && !existsSync(configured)) throw new Error(`CHROMIUM_PATH is "${configured}", where there is no file`);
  if (configured !== undefined) return configured;
  const found = PLACES.find((place) => existsSync(place));
  if (!found) {
    const how = 'Install Chromium (Debian, Ubuntu: apt-get install chromium; macOS: brew install chromium) or set CHROMIUM_PATH.';
    if (isCi()) throw new Error(`No Chromium on this machine. ${how}`);
    console.warn(`\nNo Chromium on this machine: the browser tests are skipped. ${how}\n`);
  }
  return found;
}

/** Starts it headless, with nothing that calls home. */
export function launchBrowser(executablePath: string, args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Playwright turns it off; people have it on.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      ...args,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A browser as Playwright finds it. */
export type PlainBrowser = Pick<Browser, 'contexts' | 'close'>;

/**
 * The same without the focus that Playwright gives each page: what always has the focus is never hidden, and only a hidden page is frozen.
 * Its one context lives as long as the browser.
 */
export async function launchPlainBrowser(executablePath: string): Promise<PlainBrowser> {
  const port = await freePort();
  const launched = await launchBrowser(executablePath, [`--remote-debugging-port=${port}`]);
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  return {
    contexts: () => browser.contexts(),
    close: async () => {
      await browser.close();
      await launched.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
