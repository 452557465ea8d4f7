/**
 * Signs a browser in at a local stage's issuer without its pages: the browser gets the issuer's cookie and the page's hint that somebody is
 * signed in, so that a page which loads is signed in without a click. How people do it is tested in web-identity.e2e.ts.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { BrowserContext } from 'playwright-core';
import type { TestUser } from './sign-in.js';

/** Of a stage. */
export interface SignInUrls {
  readonly issuerUrl?: string | undefined;
  readonly siteUrl?: string | undefined;
}

/** Signs the browser in. Pages that are open already notice when they are loaded again. */
export async function signInBrowser(context: BrowserContext, { issuerUrl, siteUrl }: SignInUrls, user: TestUser): Promise<void> {
  if (issuerUrl === undefined || siteUrl === undefined) throw new Error('this stage has no issuer or no page');
  const { name, value } = await cookieOf(issuerUrl, siteUrl, user);
  await context.addCookies([{ name, value, url: issuerUrl }]);
  const page = await context.newPage();
  await page.goto(`${siteUrl}/runtime-config.json`);
  await page.evaluate("localStorage.setItem('gateway.signed-in', '1')");
  await page.close();
}

/** Asks and clicks as a browser does. */
async function cookieOf(issuerUrl: string, siteUrl: string, user: TestUser): Promise<{ readonly name: string; readonly value: string }> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'web',
    redirect_uri: `${siteUrl}/`,
    scope: 'openid',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const html = await (await fetch(`${issuerUrl}/authorize?${query}`)).text();
  const [, request = ''] = /name="request" value="([^"]+)"/.exec(html) ?? [];
  const chosen = await fetch(`${issuerUrl}/sign-in`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ request, user }) });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(chosen.headers.get('set-cookie') ?? '') ?? [];
  if (name === undefined || value === undefined) throw new Error(`the issuer gave no session: ${chosen.status} ${await chosen.text()}`);
  return { name, value };
}
