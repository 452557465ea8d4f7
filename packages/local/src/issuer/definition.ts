/**
 * What an OIDC issuer is made from: an entry of a template's imports, since the issuer of a deployment (Cognito, Auth0, a company's own) is
 * outside of its templates. The entry's id is the issuer's URL as functions know it; the stage puts its own URL in the place of it.
 *
 * ```json
 * "Metadata": { "local-stage:imports": [{ "Type": "Local::OpenIdIssuer", "PhysicalId": "http://issuer.local", "Properties": {
 *   "Audience": "my-api", "ClientId": "web",
 *   "Users": [{ "Name": "ada", "Scopes": ["documents:write"], "Claims": { "name": "Ada Lovelace" } }] } }] }
 * ```
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { StageError } from '../stage-error.js';

/** The type of such an entry. */
export const ISSUER_TYPE = 'Local::OpenIdIssuer';

/** Somebody who may sign in, with one click. */
export interface TestUser {
  /** Their `sub`. */
  readonly name: string;
  /** The scopes they can give to a client; what a client asks for beyond these it does not get. */
  readonly scopes: readonly string[];
  /** Go into access and identity tokens: `name`, `email`. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface IssuerDefinition {
  /** The issuer's URL in the templates. */
  readonly placeholder: string;
  /** `aud` of access tokens. */
  readonly audience: string;
  /** The one client, a page without a secret. */
  readonly clientId: string;
  /** Where the client may be sent back to, after sign-in and after sign-out. Empty: any page of this machine. */
  readonly redirectUris: readonly string[];
  readonly users: readonly TestUser[];
  readonly algorithm: 'RS256' | 'ES256';
  /** Also of identity tokens. @default 300 */
  readonly accessTokenSeconds: number;
  /** From the sign-in on, however often it was exchanged; also how long the issuer remembers who signed in. @default 8 hours */
  readonly sessionSeconds: number;
}

/**
 * The issuer that the templates name, `undefined` when they name none.
 *
 * @throws StageError `TEMPLATE_INVALID` for more than one, and for properties that do not fit
 */
export function readIssuer(stacks: readonly ResolvedStack[]): IssuerDefinition | undefined {
  const issuers = stacks.flatMap((stack) => stack.resources.filter(({ type }) => type === ISSUER_TYPE));
  const [issuer] = issuers;
  if (issuers.length > 1) throw invalid(`got ${issuers.length} entries, expected one: the stage plays one issuer`);
  return issuer && readProperties(issuer);
}

function readProperties({ physicalId, properties }: ResolvedResource): IssuerDefinition {
  const algorithm = properties.Algorithm ?? 'RS256';
  if (!/^https?:\/\/[^\s/]+(\/[^\s/]+)*$/.test(physicalId))
    throw invalid(`PhysicalId: got "${physicalId}", expected a URL without a slash at the end`);
  if (algorithm !== 'RS256' && algorithm !== 'ES256')
    throw invalid(`Algorithm: got ${JSON.stringify(algorithm)}, expected "RS256" or "ES256"`);
  const users = listOf(properties, 'Users').map(readUser);
  if (users.length === 0) throw invalid('Users: got none, expected at least one { Name, Scopes?, Claims? }');
  return {
    placeholder: physicalId,
    audience: textOf(properties, 'Audience'),
    clientId: textOf(properties, 'ClientId'),
    redirectUris: listOf(properties, 'RedirectUris').map(String),
    users,
    algorithm,
    accessTokenSeconds: secondsOf(properties, 'AccessTokenSeconds', 300),
    sessionSeconds: secondsOf(properties, 'SessionSeconds', 8 * 3600),
  };
}

function readUser(entry: unknown): TestUser {
  const { Name, Scopes = [], Claims = {} } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const scopes = Array.isArray(Scopes) ? Scopes.map(String) : undefined;
  if (typeof Name === 'string' && Name !== '' && scopes !== undefined && typeof Claims === 'object' && Claims !== null) {
    return { name: Name, scopes, claims: { ...Claims } };
  }
  throw invalid(`Users: got ${JSON.stringify(entry)}, expected { Name, Scopes?, Claims? }`);
}

function textOf(properties: Readonly<Record<string, unknown>>, name: string): string {
  const value = properties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${name}: got ${JSON.stringify(value)}, expected a text`);
}

function listOf(properties: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = properties[name] ?? [];
  if (Array.isArray(value)) return value;
  throw invalid(`${name}: got ${JSON.stringify(value)}, expected a list`);
}

function secondsOf(properties: Readonly<Record<string, unknown>>, name: string, byDefault: number): number {
  const value = Number(properties[name] ?? byDefault);
  if (Number.isInteger(value) && value > 0) return value;
  throw invalid(`${name}: got ${JSON.stringify(properties[name])}, expected whole seconds`);
}

function invalid(problem: string): StageError {
  return new StageError('TEMPLATE_INVALID', `Metadata.local-stage:imports: ${ISSUER_TYPE}: ${problem}`);
}
