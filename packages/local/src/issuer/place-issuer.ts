/** The issuer on its way into a stage: its port is found before anything runs, since its URL is part of functions' variables. */
import type { ResolvedStack } from '../parts.js';
import type { PortReservations } from '../ports.js';
import type { Ground } from '../stage-ground.js';
import { type IssuerDefinition, readIssuer } from './definition.js';
import type { StageIssuer } from './start-issuer.js';

export interface PlacedIssuer {
  readonly definition: IssuerDefinition;
  /** The issuer's URL in the templates. */
  readonly placeholder: string;
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

/**
 * Finds the issuer of an assembly and a port for it; `undefined` when the templates name none.
 *
 * @throws StageError `TEMPLATE_INVALID`, `PORT_BUSY`
 */
export async function placeIssuer(
  stacks: readonly ResolvedStack[],
  at: { readonly reservations: PortReservations; readonly port: number | undefined; readonly host: string },
): Promise<PlacedIssuer | undefined> {
  const definition = readIssuer(stacks);
  if (definition === undefined) return undefined;
  const { host } = at;
  const port = await at.reservations.reserve({ name: 'the issuer', setting: 'ports.issuer (--issuer-port)' }, at.port);
  return { definition, placeholder: definition.placeholder, host, port, url: `http://${host}:${port}` };
}

/** Lets the issuer listen. */
export async function openIssuer({ issuer, clock, report, onClose }: Ground): Promise<StageIssuer | undefined> {
  if (issuer === undefined) return undefined;
  const { startIssuer } = await import('./start-issuer.js');
  const { close, ...running } = await startIssuer({ ...issuer, clock, report });
  onClose(close);
  return running;
}
