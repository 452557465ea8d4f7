import { describe, expect, it } from 'vitest';
import { rescopeText, scopeProblem } from './scope.js';

const rescope = (text: string, from = '@old', to = '@acme') => rescopeText(text, { from, to, names: ['gateway-client', 'gateway', 'api'] });

describe('a text after the move', () => {
  it.each([
    ["import { a } from '@old/gateway-client/http';", "import { a } from '@acme/gateway-client/http';"],
    ['"@old/api": "workspace:^"', '"@acme/api": "workspace:^"'],
    ["  '@old/gateway@1.0.0':", "  '@acme/gateway@1.0.0':"],
    ['"@old/api#build": {}', '"@acme/api#build": {}'],
    ["/from '@old\\/gateway-client'/", "/from '@acme\\/gateway-client'/"],
    ["mkdir('node_modules/@old', 1)", "mkdir('node_modules/@acme', 1)"],
    ['`@old/*` resolves', '`@acme/*` resolves'],
    ['It lives in @old.', 'It lives in @acme.'],
  ])('names our packages by their new scope: %s', (before, after) => {
    expect(rescope(before)).toBe(after);
  });

  it.each([
    "'@old/gateway-clients'",
    "'@old/pkg@4.6.7'",
    "'@older/api'",
    'someone@old/api',
    'a@old.example',
    "'@old.example/api'",
    '@@old/api',
  ])('leaves what is not ours: %s', (text) => {
    expect(rescope(text)).toBe(text);
  });

  it('comes back when it is moved back, also from a scope with a dot', () => {
    const text = "import '@old/gateway-client'; // @old/api and @old";
    expect(rescope(rescope(text, '@old', '@my.co'), '@my.co', '@old')).toBe(text);
  });
});

describe('a scope', () => {
  const taken = new Set(['@trpc', '@types']);

  it.each(['@acme', '@my-company', '@a.b_c', '@0'])('may be %s', (scope) => {
    expect(scopeProblem(scope, taken)).toBeUndefined();
  });

  it.each(['acme', '@', '@Acme', '@acme/', '@acme/x', '@a b', '@.a', '', '@$(rm)'])('may not be "%s"', (scope) => {
    expect(scopeProblem(scope, taken)).toBe(
      `"${scope}" is no scope: expected "@" and small letters, digits, "-", "_" or ".", as in "npm run rescope -- @acme"`,
    );
  });

  it('is asked for, and may not be one of packages that are installed', () => {
    expect(scopeProblem(undefined, taken)).toBe('no scope: expected one, as in "npm run rescope -- @acme"');
    expect(scopeProblem('@trpc', taken)).toBe('"@trpc" is the scope of packages that this repository installs: choose one that is yours');
  });
});
