import { describe, expect, it } from 'vitest';
import { credentialsOf } from './auth.js';
import type { AuthOptions } from './options.js';

/** An application whose answers a test gives by hand. */
function application() {
  const asked: boolean[] = [];
  const waiting: { give(token: string | null): void; fail(cause: Error): void }[] = [];
  const auth: AuthOptions = {
    getToken: ({ forceRefresh }) =>
      new Promise((give, fail) => {
        asked.push(forceRefresh);
        waiting.push({ give, fail });
      }),
  };
  return { asked, auth, next: () => waiting.shift()! };
}

/** One whose credentials have given `old`. */
async function signedIn() {
  const { asked, auth, next } = application();
  const credentials = credentialsOf(auth);
  const first = credentials();
  next().give('old');
  await first;
  return { asked, credentials, next };
}

describe('credentials', () => {
  it('are the same for all parts of a client', () => {
    const { auth } = application();
    expect(credentialsOf(auth)).toBe(credentialsOf(auth));
    expect(credentialsOf(auth)).not.toBe(credentialsOf({ ...auth }));
  });

  it('ask once for all that want the token at the same time, and again for who comes later', async () => {
    const { asked, auth, next } = application();
    const credentials = credentialsOf(auth);
    const both = Promise.all([credentials(), credentials()]);
    next().give('one');
    await expect(both).resolves.toEqual(['one', 'one']);
    const later = credentials();
    next().give('two');
    await expect(later).resolves.toBe('two');
    expect(asked).toEqual([false, false]);
  });

  it('force a refresh once for all whose token was refused, and give the new one to who is told later', async () => {
    const { asked, credentials, next } = await signedIn();
    const refused = Promise.all([credentials('old'), credentials('old')]);
    next().give('new');
    await expect(refused).resolves.toEqual(['new', 'new']);
    await expect(credentials('old')).resolves.toBe('new');
    expect(asked).toEqual([false, true]);
  });

  it('make who asks during a refresh wait for it', async () => {
    const { asked, credentials, next } = await signedIn();
    const both = Promise.all([credentials('old'), credentials()]);
    next().give('new');
    await expect(both).resolves.toEqual(['new', 'new']);
    expect(asked).toEqual([false, true]);
  });

  it('do not take a token that was asked for without force for a refreshed one', async () => {
    const { asked, credentials, next } = await signedIn();
    const cached = credentials();
    const refreshed = credentials('old');
    next().give('old');
    next().give('new');
    await expect(cached).resolves.toBe('old');
    await expect(refreshed).resolves.toBe('new');
    expect(asked).toEqual([false, false, true]);
  });

  it('fail all who wait with what the application throws, and ask again afterwards', async () => {
    const { asked, auth, next } = application();
    const credentials = credentialsOf(auth);
    const both = Promise.allSettled([credentials(), credentials()]);
    next().fail(new Error('signed out'));
    await expect(both).resolves.toMatchObject([{ reason: { message: 'signed out' } }, { reason: { message: 'signed out' } }]);
    const later = credentials();
    next().give('one');
    await expect(later).resolves.toBe('one');
    expect(asked).toHaveLength(2);
  });

  it('leave out of a token what no header can carry: `fetch` would repeat it in its error', async () => {
    await expect(credentialsOf({ getToken: () => ' a.b.c\n' })()).resolves.toBe('a.b.c');
  });

  it('take a getToken that is not asynchronous, and one that throws at once', async () => {
    await expect(credentialsOf({ getToken: () => null })()).resolves.toBeUndefined();
    let isSignedIn = false;
    const credentials = credentialsOf({
      getToken: () => {
        if (isSignedIn) return 'one';
        throw new Error('no session');
      },
    });
    await expect(credentials()).rejects.toThrow('no session');
    isSignedIn = true;
    await expect(credentials()).resolves.toBe('one');
  });
});
