/**
 * A browser that is on the machine already: nothing is downloaded. Without one the browser tests are skipped with a sentence that says how
 * to get one; on CI that is a failure.
 */

import { existsSync } from 'node:fs';
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
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
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
