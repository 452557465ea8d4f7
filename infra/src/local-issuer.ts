/**
 * The OpenID Connect issuer that the local stage plays for stages which are never deployed, with its test users. Deployed stages have a real
 * one, named in their settings.
 */

/** What functions of a local stage are told; the stage puts the URL of its own issuer in the place of `url`. */
export const LOCAL_ISSUER = { url: 'http://issuer.localhost', audience: 'gateway', clientId: 'web' } as const;

/** Anybody may read; who is signed in may write; scopes are for operators and support. */
const users = [
  { Name: 'ada', Scopes: ['search:rebuild', 'users:sign-out'], Claims: { name: 'Ada Lovelace', email: 'ada@example.com' } },
  { Name: 'grace', Scopes: [], Claims: { name: 'Grace Hopper', email: 'grace@example.com' } },
  { Name: 'alan', Scopes: [], Claims: {} },
];

/** Its entry among the imports of a template. */
export function issuerImport(): {
  readonly Type: string;
  readonly PhysicalId: string;
  readonly Properties: Readonly<Record<string, unknown>>;
} {
  const { url, audience, clientId } = LOCAL_ISSUER;
  return { Type: 'Local::OpenIdIssuer', PhysicalId: url, Properties: { Audience: audience, ClientId: clientId, Users: users } };
}
