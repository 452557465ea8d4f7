/** What the page of a test's stage is told. */

import type { StageUrls } from '@org/gateway-local';

/** The scopes that the page asks its issuer for. */
const SCOPE = 'openid profile email offline_access search:rebuild';

/** `/runtime-config.json` */
export function siteConfig({ restUrl, socketUrl, issuerUrl }: StageUrls): Readonly<Record<string, unknown>> {
  return { restUrl, socketUrl, ...(issuerUrl === undefined ? {} : { identity: { issuer: issuerUrl, clientId: 'web', scope: SCOPE } }) };
}
