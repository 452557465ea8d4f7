/** The pages of the issuer: who to sign in as, and what went wrong. Plain HTML that works without scripts, in light and dark. */
import type { TestUser } from './definition.js';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 20%, transparent); }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
  main { width: min(24rem, calc(100vw - 2rem)); padding: 2rem 0; }
  h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
  p { margin: 0 0 1.25rem; opacity: .75; font-size: .9375rem; overflow-wrap: anywhere; }
  button { display: block; width: 100%; margin: 0 0 .5rem; padding: .75rem 1rem; text-align: left; font: inherit; color: inherit;
    background: transparent; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
  button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
  button:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
  button small { display: block; opacity: .75; }
  button.plain { border-color: transparent; text-align: center; }
`;

/** One button per user. @param request names the sign-in that the choice is for */
export function signInPage({ users, clientId, request }: { users: readonly TestUser[]; clientId: string; request: string }): string {
  const buttons = users.map(
    ({ name, claims, scopes }) =>
      `<button name="user" value="${escaped(name)}">${escaped(typeof claims.name === 'string' ? claims.name : name)}` +
      `<small>${escaped(name)}${scopes.length > 0 ? ` · ${escaped(scopes.join(', '))}` : ' · no scopes'}</small></button>`,
  );
  return page(
    'Sign in',
    `<h1>Sign in</h1><p>“${escaped(clientId)}” asks who you are. These are the test users of this stage.</p>
     <form method="post" action="/sign-in"><input type="hidden" name="request" value="${escaped(request)}">
     ${buttons.join('\n')}<button class="plain" name="cancel" value="yes">Cancel</button></form>`,
  );
}

/** A page that says something. */
export function messagePage(title: string, text: string): string {
  return page(title, `<h1>${escaped(title)}</h1><p>${escaped(text)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
