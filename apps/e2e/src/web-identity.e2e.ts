/**
 * People who sign in to the web page in a real Chromium: at the issuer's page, by a token that expires meanwhile, out of all tabs, and without
 * a network. A stage of its own, whose time the tests move together with the page's.
 */

import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findBrowser, launchBrowser } from './browser.js';
import { signInBrowser } from './browser-sign-in.js';
import { type AssemblyCopy, copyAssembly } from './copy-assembly.js';
import { eventually } from './eventually.js';
import { freshName } from './names.js';
import { ASSEMBLIES, type OwnStage, ROOT, startOwnStage } from './own-stage.js';
import type { TestUser } from './sign-in.js';
import { siteConfig } from './site-config.js';

const executablePath = inject('stage').local ? findBrowser() : undefined;
const STEP_MS = 20_000;
const ROOM = 'lobby';

/** Of tokens: the shorter, the less time a test has to let pass step by step. */
const TOKEN_SECONDS = 100;

/** A WebSocket that a tab has opened itself. */
interface Opened {
  readonly page: Page;
  readonly url: URL;
}

describe.runIf(executablePath !== undefined)('people on the web page', () => {
  let own: OwnStage;
  let assembly: AssemblyCopy;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await launchBrowser(executablePath as string);
    assembly = await copyAssembly(ASSEMBLIES.local, (template) =>
      template.replace('"ClientId":"web"', `"ClientId":"web","AccessTokenSeconds":${TOKEN_SECONDS}`),
    );
    own = await startOwnStage({
      assembly: assembly.folder,
      site: { directory: join(ROOT, 'apps', 'web', 'dist', 'site'), config: siteConfig },
    });
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await own?.close();
    await assembly?.remove();
  });

  const newContext = async (user?: TestUser) => {
    const context = await browser.newContext();
    contexts.push(context);
    if (user !== undefined) await signInBrowser(context, own.stage, user);
    return context;
  };
  const open = async (context: BrowserContext, hash = '') => {
    const page = await context.newPage();
    await page.goto(`${own.stage.siteUrl}/${hash}`);
    return page;
  };
  const openTab = async (context: BrowserContext, hash: string, opened: Opened[]) => {
    const page = await context.newPage();
    page.on('websocket', (socket) => opened.push({ page, url: new URL(socket.url()) }));
    await page.goto(`${own.stage.siteUrl}/${hash}`);
    return page;
  };
  const status = (page: Page, is: string) => page.getByTestId('who').and(page.locator(`[data-status="${is}"]`));
  const save = () => own.gateway.documents.save.mutate({ folder: freshName('folder'), title: freshName('Title'), body: 'before' });
  const edit = async (page: Page, body: string) => {
    await page.getByTestId('edit').click();
    await page.getByTestId('editor-body').fill(body);
    await page.getByTestId('save').click();
  };
  const bodyOf = async (id: string) => (await own.gateway.documents.get.query({ id })).body;
  const inRoom = (page: Page) => page.getByTestId('chat-members').and(page.locator('[data-joined="true"]'));
  const say = async (page: Page, text: string, timeout = 30_000) => {
    await page.getByTestId('chat-text').fill(text);
    await page.getByTestId('chat-send').click();
    await page.getByTestId('chat-line').filter({ hasText: text }).first().waitFor({ timeout });
    return true;
  };

  it('read everything signed out, sign in with a click, come back to where they were, and may write', async () => {
    const { id, title } = await save();
    const page = await open(await newContext(), `#/*/${id}`);
    await page.getByTestId('document-title').filter({ hasText: title }).waitFor();
    expect(await page.getByTestId('new-document').isDisabled()).toBe(true);
    expect(await page.getByTestId('edit').count()).toBe(0);
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'Grace Hopper' }).click();
    await status(page, 'signed-in').filter({ hasText: 'Grace Hopper' }).waitFor();
    expect(new URL(page.url())).toMatchObject({ search: '', hash: `#/*/${id}` });
    await edit(page, 'after');
    await page.getByTestId('edit').waitFor();
    expect(await bodyOf(id)).toBe('after');
    // Tokens are in memory alone.
    const stored = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(stored).not.toContain('eyJ');
    // A reload leads to the issuer and back, too.
    await page.getByTestId('new-document').click();
    await page.getByTestId('editor-body').fill('not yet saved');
    await page.reload();
    await status(page, 'signed-in').waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('not yet saved');
  });

  const idOf = (frame: string) => /"id":(\d+)/.exec(frame)?.[1] ?? '';
  it('go on when their token expires: the connection is signed in anew, and a call that is refused is made again', async () => {
    const context = await newContext('ada');
    const page = await context.newPage();
    await page.clock.install();
    const sent: string[] = [];
    /** Questions without an answer: those that time cut off would be asked again. A sign-in has an answer, and a question that follows. */
    const open = new Set<string>();
    let sockets = 0;
    page.on('websocket', (socket) => {
      sockets += 1;
      socket.on('framesent', ({ payload }) => {
        const text = String(payload);
        sent.push(text);
        if (/"gw\.(sync|auth)"/.test(text)) open.add('gw.sync');
        if (text.includes('"gw.auth"')) open.add(idOf(text));
      });
      socket.on('framereceived', ({ payload }) => {
        const text = String(payload);
        open.delete(idOf(text));
        if (text.includes('"gw.sync"') && open.size === 1) open.delete('gw.sync');
      });
    });
    await page.goto(`${own.stage.siteUrl}/#/*/~chat`);
    await inRoom(page).waitFor();
    const pass = async (forMs: number) => {
      for (let leftMs = forMs; leftMs > 0; leftMs -= STEP_MS) {
        own.skip(STEP_MS);
        await page.clock.fastForward(STEP_MS);
        await eventually(() => (open.size > 0 ? undefined : true));
      }
    };
    const signIns = () => sent.filter((frame) => frame.includes('"gw.auth"'));
    await pass(60_000);
    await eventually(() => (signIns().length > 0 ? true : undefined));
    // By now the first token is refused, whatever the clocks' tolerance.
    await pass(80_000);
    await say(page, 'Still here');
    expect(sockets).toBe(1);

    // The page's clock knows nothing of it: the server says so.
    const { id } = await save();
    await page.goto(`${own.stage.siteUrl}/#/*/${id}`);
    own.skip(400_000);
    await edit(page, 'after an hour');
    await page.getByTestId('edit').waitFor();
    expect(await bodyOf(id)).toBe('after an hour');
  });

  it('have one connection in all their tabs, sign in anew when the tab that has it is closed, and sign out of all at once', async () => {
    const connections = () => own.stage.connections().map(({ connectionId }) => connectionId);
    const others = connections();
    const graces = () => connections().filter((id) => !others.includes(id));
    const context = await newContext('grace');
    const opened: Opened[] = [];
    /** Mostly the first; on a busy machine a tab that gets no answer from it takes its place. */
    const newest = () => opened.findLast(({ url }) => url.searchParams.has('ticket')) as Opened;
    await inRoom(await openTab(context, '#/*/~chat', opened)).waitFor();
    const more = await Promise.all([openTab(context, '#/*/~chat', opened), openTab(context, '#/*/~chat', opened)]);
    for (const page of more) await inRoom(page).waitFor();
    // What the server knows, which nobody's page made up.
    const { chat } = own.gateway;
    const isThere = async () => (await chat.who.query({ room: ROOM })).members.some(({ member }) => member === 'u:grace');
    const saidByGrace = async () =>
      (await chat.history.query({ room: ROOM })).state.flatMap(({ from, text }) => (from === 'u:grace' ? [text] : []));
    expect(await isThere()).toBe(true);
    await eventually(() => (graces().length === 1 ? true : undefined));
    const { page: leader, url: old } = newest();
    expect(old.searchParams.get('ticket')).toMatch(/^[\w-]{43}$/);
    const [one, other] = context.pages().filter((page) => page !== leader) as [Page, Page];
    // Over the connection of another tab, and as its user.
    await say(one, 'I follow');
    expect(await saidByGrace()).toContain('I follow');

    const before = opened.length;
    await leader.close();
    await eventually(() => (opened.length > before ? true : undefined));
    // The place in the room went with the connection; until it is theirs again, the server refuses what they say.
    await eventually(() => say(one, 'I go on', 3_000).catch(() => undefined));
    await eventually(() => say(other, 'So do I', 3_000).catch(() => undefined));
    expect(await saidByGrace()).toEqual(expect.arrayContaining(['I go on', 'So do I']));
    await eventually(() => (graces().length === 1 ? true : undefined));
    const { url } = newest();
    for (const same of ['user', 'session']) expect(url.searchParams.get(same)).toBe(old.searchParams.get(same));
    expect(url.searchParams.get('ticket')).not.toBe(old.searchParams.get('ticket'));

    const [connection] = graces();
    await one.getByTestId('sign-out').click();
    await status(other, 'signed-out').waitFor();
    await other.getByTestId('sign-in-hint').first().waitFor();
    await eventually(async () => ((await isThere()) ? undefined : true));
    await status(one, 'signed-out').waitFor();
    // What the tabs have now is nobody's.
    await eventually(() => (connections().includes(connection as string) ? undefined : true));
    await one.reload();
    await status(one, 'signed-out').waitFor();
  });

  it('edit offline, and what they wrote is saved when they return, although their token expired meanwhile; and sign out of all devices', async () => {
    const { id } = await save();
    const context = await newContext('grace');
    const page = await open(context, `#/*/${id}`);
    await page.getByTestId('edit').waitFor();
    await context.setOffline(true);
    await edit(page, 'written on a train');
    await page.getByTestId('offline').waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('written on a train');
    own.skip(400_000);
    await context.setOffline(false);
    await page.getByTestId('edit').waitFor();
    expect(await own.gateway.documents.get.query({ id })).toMatchObject({ body: 'written on a train', version: 2 });

    // On another device.
    const other = await open(await newContext('grace'), `#/*/${id}`);
    await other.getByTestId('edit').click();
    await other.getByTestId('editor-body').fill('not yet saved');
    await other.getByTestId('connection-state').and(other.locator('[data-state="live"]')).waitFor();
    own.skip(1_000);
    await page.getByTestId('sign-out-everywhere').click();
    await status(other, 'signed-out').waitFor();
    await other.getByTestId('session-notice').filter({ hasText: 'Your session has ended' }).waitFor();
    await status(page, 'signed-out').waitFor();
    // The issuer knows them there, and asks all the same.
    own.skip(1_000);
    await other.getByTestId('sign-in').click();
    await other.getByRole('button', { name: 'Grace Hopper' }).click();
    await status(other, 'signed-in').waitFor();
    expect(await other.getByTestId('editor-body').inputValue()).toBe('not yet saved');
    await other.getByTestId('save').click();
    await other.getByTestId('edit').waitFor();
    expect(await bodyOf(id)).toBe('not yet saved');
  });

  it('whose session was ended are told, read on, and keep what they typed until they have signed in again', async () => {
    const { id } = await save();
    const page = await open(await newContext('alan'), `#/*/${id}`);
    await status(page, 'signed-in').filter({ hasText: 'alan' }).waitFor();
    await page.getByTestId('edit').click();
    await own.stage.issuer?.endSessionsOf('alan');
    own.skip(400_000);
    await page.getByTestId('editor-body').fill('too late');
    await page.getByTestId('save').click();
    await page.getByTestId('session-notice').filter({ hasText: 'Your session has ended' }).waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('too late');
    expect(await bodyOf(id)).toBe('before');
    await page.getByTestId('sign-in-hint').first().waitFor();
    await page.getByTestId('connection-state').and(page.locator('[data-state="live"]')).waitFor();
    await page.getByTestId('sign-in').click();
    await page.getByRole('button', { name: 'alan' }).click();
    await status(page, 'signed-in').waitFor();
    expect(await page.getByTestId('editor-body').inputValue()).toBe('too late');
    await page.getByTestId('save').click();
    await page.getByTestId('edit').waitFor();
    expect(await bodyOf(id)).toBe('too late');
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual([]);
  });
});
