import { describe, expect, it } from 'vitest';
import { openSession, type Session, type SessionBrowser } from './session.js';
import type { SignInFlow, SignInResult, Tokens } from './sign-in-flow.js';

const HINT = 'gateway.signed-in';
const NOW_MS = 1_764_000_000_123;
const page = 'http://127.0.0.1:4000/';

function tokens(accessToken: string, over: Partial<Tokens> = {}): Tokens {
  const user = { id: 'ada', name: 'Ada Lovelace' };
  return { accessToken, refreshToken: `r-${accessToken}`, idToken: `i-${accessToken}`, expiresAtMs: NOW_MS + 300_000, user, ...over };
}

interface World {
  readonly browser: SessionBrowser;
  readonly stored: Map<string, string>;
  /** Where the page was sent. */
  readonly visited: string[];
  /** What the address bar shows, when the page changed it. */
  readonly shown: string[];
  nowMs: number;
  /** Another tab changes the storage. */
  remove(key: string): void;
}

function world(href = page, hint = false): World {
  const stored = new Map(hint ? [[HINT, '1']] : []);
  let tell: Parameters<SessionBrowser['addEventListener']>[1] = () => {};
  const visited: string[] = [];
  const shown: string[] = [];
  const self: World = {
    stored,
    visited,
    shown,
    nowMs: NOW_MS,
    browser: {
      location: { href, assign: (url) => void visited.push(String(url)) },
      history: { replaceState: (_data, _unused, url) => void shown.push(String(url)) },
      localStorage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: (key) => void stored.delete(key),
      },
      addEventListener: (_type, listener) => {
        tell = listener;
      },
      now: () => self.nowMs,
    },
    remove(key) {
      stored.delete(key);
      tell({ key, newValue: null });
    },
  };
  return self;
}

function flow(over: Partial<SignInFlow> = {}): () => Promise<SignInFlow> {
  return async () => ({
    begin: async ({ isSilent, isAnew }) => (isSilent ? 'issuer:silent' : isAnew ? 'issuer:sign-in anew' : 'issuer:sign-in'),
    finish: async () => ({ result: { kind: 'tokens', tokens: tokens('a1') }, returnTo: `${page}#/folder` }),
    refresh: async () => tokens('a2'),
    signOutUrl: async (idToken) => `issuer:sign-out ${idToken}`,
    ...over,
  });
}

const back = `${page}?code=c&state=s`;
const signedIn = async (at: World, over: Partial<SignInFlow> = {}): Promise<Session> => openSession(at.browser, flow(over));

describe('a page that loads', () => {
  it('is anonymous on a stage without an issuer', async () => {
    const session = await openSession(world().browser, undefined);
    expect([session.state, await session.getToken({ forceRefresh: true })]).toEqual([{ status: 'unavailable' }, null]);
  });

  it('is signed out when nobody was signed in, and asks nobody', async () => {
    const at = world();
    const session = await openSession(at.browser, flow());
    expect([session.state, at.visited, await session.getToken({ forceRefresh: false })]).toEqual([{ status: 'signed-out' }, [], null]);
  });

  it('asks the issuer who is signed in, without a click, when somebody was', async () => {
    const at = world(page, true);
    await openSession(at.browser, flow());
    expect(at.visited).toEqual(['issuer:silent']);
  });

  it('stays where it is, signed out, when the issuer does not answer', async () => {
    const at = world(page, true);
    const session = await openSession(at.browser, flow({ begin: () => Promise.reject(new TypeError('Failed to fetch')) }));
    expect([session.state, at.visited, at.stored.has(HINT)]).toEqual([{ status: 'signed-out' }, [], true]);
  });

  it('comes back signed in to where it was, with no code in its address and no token in any storage', async () => {
    const at = world(back);
    const session = await signedIn(at);
    expect(session.state).toEqual({ status: 'signed-in', user: { id: 'ada', name: 'Ada Lovelace' } });
    expect(at.shown).toEqual([`${page}#/folder`]);
    expect([...at.stored]).toEqual([[HINT, '1']]);
    expect(await session.getToken({ forceRefresh: false })).toBe('a1');
  });

  it.each<[string, SignInResult, object, boolean]>([
    ['nobody is signed in there', { kind: 'nobody' }, {}, false],
    ['the person changed their mind', { kind: 'cancelled' }, {}, true],
    ['it failed', { kind: 'failed', why: 'no such client' }, { notice: 'Cannot sign in: no such client' }, true],
  ])('comes back signed out when %s', async (_what, result, more, keepsHint) => {
    const at = world(back, true);
    const session = await openSession(at.browser, flow({ finish: async () => ({ result, returnTo: page }) }));
    expect([session.state, at.stored.has(HINT)]).toEqual([{ status: 'signed-out', ...more }, keepsHint]);
  });
});

describe('a token', () => {
  it('is exchanged half a minute before it ends, or when it was refused, once for all who ask', async () => {
    const at = world(back);
    let asked = 0;
    const session = await signedIn(at, { refresh: async () => tokens(`a${++asked + 1}`, { expiresAtMs: NOW_MS + 600_000 }) });
    at.nowMs += 269_999;
    expect(await session.getToken({ forceRefresh: false })).toBe('a1');
    at.nowMs += 1;
    expect(await Promise.all([false, true].map((forceRefresh) => session.getToken({ forceRefresh })))).toEqual(['a2', 'a2']);
    expect(await session.getToken({ forceRefresh: true })).toBe('a3');
  });

  it('that cannot be exchanged now is an error, and the session goes on', async () => {
    const at = world(back);
    const session = await signedIn(at, { refresh: () => Promise.reject(new TypeError('Failed to fetch')) });
    await expect(session.getToken({ forceRefresh: true })).rejects.toThrow('Failed to fetch');
    expect([session.state.status, await session.getToken({ forceRefresh: false })]).toEqual(['signed-in', 'a1']);
  });

  it('that the issuer gives no more ends the session with a notice', async () => {
    const at = world(back);
    const session = await signedIn(at, { refresh: async () => undefined });
    let changes = 0;
    session.subscribe(() => {
      changes += 1;
    });
    expect(await session.getToken({ forceRefresh: true })).toBeNull();
    expect(session.state).toEqual({ status: 'signed-out', notice: 'Your session has ended. Sign in again to go on.' });
    expect([changes, at.stored.size, await session.getToken({ forceRefresh: false })]).toEqual([1, 0, null]);
  });

  it('that comes after the sign-out is forgotten', async () => {
    let give: (value: Tokens) => void = () => {};
    const session = await signedIn(world(back), {
      refresh: () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    });
    const asked = session.getToken({ forceRefresh: true });
    await session.signOut();
    await Promise.resolve();
    give(tokens('a2'));
    expect([await asked, session.state.status]).toEqual([null, 'signed-out']);
  });
});

describe('a person', () => {
  it('signs in at the issuer', async () => {
    const at = world();
    await (await openSession(at.browser, flow())).signIn();
    expect(at.visited).toEqual(['issuer:sign-in']);
  });

  it('reads why it does not work', async () => {
    const at = world();
    const session = await openSession(at.browser, flow({ begin: () => Promise.reject(new TypeError('Failed to fetch')) }));
    await session.signIn();
    expect(session.state).toEqual({ status: 'signed-out', notice: 'Cannot sign in: Failed to fetch' });
  });

  it('signs out here and at the issuer', async () => {
    const at = world(back);
    const session = await signedIn(at);
    await session.signOut();
    expect([session.state, at.stored.size, at.visited]).toEqual([{ status: 'signed-out' }, 0, ['issuer:sign-out i-a1']]);
    expect(await session.getToken({ forceRefresh: true })).toBeNull();
  });

  it('is signed out here also when the issuer does not answer', async () => {
    const at = world(back);
    const session = await signedIn(at, { signOutUrl: () => Promise.reject(new TypeError('Failed to fetch')) });
    await session.signOut();
    expect(session.state).toEqual({ status: 'signed-out', notice: 'Signed out here, not at the issuer: Failed to fetch' });
  });

  it('signs out everywhere: at the gateway, here and at the issuer, and it is no news that the gateway ended it', async () => {
    const at = world(back);
    const session = await signedIn(at);
    await session.signOutEverywhere(async () => session.end());
    expect([session.state, at.stored.size, at.visited]).toEqual([{ status: 'signed-out' }, 0, ['issuer:sign-out i-a1']]);
  });

  it('stays signed in when the gateway cannot sign out everywhere', async () => {
    const at = world(back);
    const session = await signedIn(at);
    await expect(session.signOutEverywhere(() => Promise.reject(new Error('offline')))).rejects.toThrow('offline');
    expect([session.state.status, at.visited, await session.getToken({ forceRefresh: false })]).toEqual(['signed-in', [], 'a1']);
  });

  it('is signed out when another device signs out everywhere, and then asked who they are although the issuer knows', async () => {
    const at = world(back);
    const session = await signedIn(at);
    session.end();
    expect([session.state, at.stored.size]).toEqual([
      { status: 'signed-out', notice: 'Your session has ended. Sign in again to go on.' },
      0,
    ]);
    session.end();
    await session.signIn();
    expect(at.visited).toEqual(['issuer:sign-in anew']);
  });

  it('is signed out by another tab', async () => {
    const at = world(back);
    const session = await signedIn(at);
    at.remove('something else');
    expect(session.state.status).toBe('signed-in');
    at.remove(HINT);
    expect([session.state, await session.getToken({ forceRefresh: true })]).toEqual([{ status: 'signed-out' }, null]);
  });
});
