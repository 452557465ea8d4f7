/**
 * Who uses this page. Tokens are in memory and nowhere else; what outlives a reload is a hint that somebody is signed in at the issuer, which
 * then says who it is without a click.
 *
 *   signed-out --signIn()--> (the issuer) --code--> signed-in --signOut()--> (the issuer) --> signed-out
 *                                                   signed-in --the issuer gives no more tokens, the gateway takes none, or another
 *                                                               tab signs out--> signed-out
 */

import type { SignInFlow, Tokens } from './sign-in-flow.js';

/** Who is signed in. */
export interface User {
  readonly id: string;
  readonly name: string;
}

export type SessionState =
  /** The stage has no issuer: everybody is anonymous. */
  | { readonly status: 'unavailable' }
  /** `notice`: why, when it was not the person's wish. */
  | { readonly status: 'signed-out'; readonly notice?: string }
  | { readonly status: 'signed-in'; readonly user: User };

export interface Session {
  readonly state: SessionState;
  /** Calls `listener` after every change of the state. @returns what ends it */
  subscribe(listener: () => void): () => void;
  /** A token for the gateway, null when nobody is signed in. @throws what the network throws when a new one cannot be had now */
  getToken(options: { readonly forceRefresh: boolean }): Promise<string | null>;
  /** Leaves the page for the issuer's, which asks who it is, even if it knew, when the gateway takes its tokens no more. */
  signIn(): Promise<void>;
  /** Forgets the tokens, here and in other tabs, and leaves the page for the issuer's, which comes back. */
  signOut(): Promise<void>;
  /** The same on every device: `revoke` is what the gateway does. @throws what that rejects with; then nobody is signed out */
  signOutEverywhere(revoke: () => Promise<unknown>): Promise<void>;
  /** The gateway has ended the sign-in. */
  end(): void;
}

/** What a session needs of the browser. */
export interface SessionBrowser {
  readonly location: Pick<Location, 'href' | 'assign'>;
  readonly history: Pick<History, 'replaceState'>;
  /** Shared by all tabs. */
  readonly localStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  addEventListener(type: 'storage', listener: (event: Pick<StorageEvent, 'key' | 'newValue'>) => void): void;
  now(): number;
}

/** Somebody is signed in at the issuer; not who, and no token. */
const HINT = 'gateway.signed-in';
/** Before its end a token is exchanged, so that none expires on its way. */
const MARGIN_MS = 30_000;
const ENDED = 'Your session has ended. Sign in again to go on.';

/**
 * The session of a page that just loaded: comes back from the issuer, asks it who is signed in, or is signed out.
 *
 * @param loadFlow the conversation with the issuer; undefined without one
 */
export async function openSession(browser: SessionBrowser, loadFlow: (() => Promise<SignInFlow>) | undefined): Promise<Session> {
  if (loadFlow === undefined) return anonymous;
  const session = new PageSession(browser, loadFlow);
  await session.open();
  return session;
}

const anonymous: Session = {
  state: { status: 'unavailable' },
  subscribe: () => () => {},
  getToken: async () => null,
  signIn: async () => {},
  signOut: async () => {},
  signOutEverywhere: async () => {},
  end: () => {},
};

class PageSession implements Session {
  state: SessionState = { status: 'signed-out' };
  readonly #browser: SessionBrowser;
  readonly #loadFlow: () => Promise<SignInFlow>;
  readonly #listeners = new Set<() => void>();
  #tokens: Tokens | undefined;
  /** The gateway refuses what the issuer's session gives. */
  #isRevoked = false;
  /** This page ends it itself: that it has ended is no news. */
  #isEnding = false;
  #refreshing: Promise<string | null> | undefined;

  constructor(browser: SessionBrowser, loadFlow: () => Promise<SignInFlow>) {
    this.#browser = browser;
    this.#loadFlow = loadFlow;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getToken = async ({ forceRefresh }: { readonly forceRefresh: boolean }): Promise<string | null> => {
    const tokens = this.#tokens;
    if (tokens === undefined) return null;
    if (!forceRefresh && this.#browser.now() < tokens.expiresAtMs - MARGIN_MS) return tokens.accessToken;
    this.#refreshing ??= this.#refresh(tokens).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  };

  readonly signIn = async (): Promise<void> => {
    try {
      this.#browser.location.assign(await (await this.#loadFlow()).begin({ isSilent: false, isAnew: this.#isRevoked }));
    } catch (error) {
      this.#become({ status: 'signed-out', notice: `Cannot sign in: ${wordsOf(error)}` });
    }
  };

  readonly signOut = async (): Promise<void> => this.#leave(this.#tokens?.idToken);

  readonly signOutEverywhere = async (revoke: () => Promise<unknown>): Promise<void> => {
    const idToken = this.#tokens?.idToken;
    this.#isEnding = true;
    try {
      await revoke();
    } finally {
      this.#isEnding = false;
    }
    await this.#leave(idToken);
  };

  readonly end = (): void => {
    if (this.#isEnding || this.#tokens === undefined) return;
    this.#isRevoked = true;
    this.#forget({ status: 'signed-out', notice: ENDED });
  };

  async #leave(idToken: string | undefined): Promise<void> {
    this.#forget({ status: 'signed-out' });
    if (idToken === undefined) return;
    try {
      this.#browser.location.assign(await (await this.#loadFlow()).signOutUrl(idToken));
    } catch (error) {
      this.#become({ status: 'signed-out', notice: `Signed out here, not at the issuer: ${wordsOf(error)}` });
    }
  }

  async open(): Promise<void> {
    const { location, localStorage } = this.#browser;
    this.#browser.addEventListener('storage', ({ key, newValue }) => {
      if (key === HINT && newValue === null && this.#tokens !== undefined) this.#forget({ status: 'signed-out' });
    });
    const { searchParams } = new URL(location.href);
    if (searchParams.has('state')) await this.#comeBack();
    else if (localStorage.getItem(HINT) !== null) await this.#askWho();
  }

  /** From the issuer. */
  async #comeBack(): Promise<void> {
    const { location, history, localStorage } = this.#browser;
    const flow = await this.#loadFlow();
    const { result, returnTo } = await flow.finish(location.href);
    // A code in the address could be tried again, and be seen by whoever gets the link.
    history.replaceState(null, '', returnTo);
    if (result.kind === 'tokens') {
      localStorage.setItem(HINT, '1');
      this.#tokens = result.tokens;
      this.#become({ status: 'signed-in', user: result.tokens.user });
    } else {
      if (result.kind === 'nobody') localStorage.removeItem(HINT);
      this.#become({ status: 'signed-out', ...(result.kind === 'failed' ? { notice: `Cannot sign in: ${result.why}` } : {}) });
    }
  }

  /** An issuer that does not answer leaves the page as it is, signed out. */
  async #askWho(): Promise<void> {
    try {
      this.#browser.location.assign(await (await this.#loadFlow()).begin({ isSilent: true, isAnew: false }));
    } catch {
      this.#become({ status: 'signed-out' });
    }
  }

  async #refresh(before: Tokens): Promise<string | null> {
    const next = await (await this.#loadFlow()).refresh(before);
    // Signed out meanwhile.
    if (this.#tokens !== before) return this.#tokens?.accessToken ?? null;
    if (next === undefined) {
      this.#forget({ status: 'signed-out', notice: ENDED });
      return null;
    }
    this.#tokens = next;
    return next.accessToken;
  }

  #forget(state: SessionState): void {
    this.#tokens = undefined;
    this.#browser.localStorage.removeItem(HINT);
    this.#become(state);
  }

  #become(state: SessionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
