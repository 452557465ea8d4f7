/** Where in a template something is wrong, and the error that says so. */
import { StageError } from '../stage-error.js';

/** A place in a template. */
export interface Place {
  readonly stack: string;
  /** `Resources.TheTable`, `Outputs.Url`, `Conditions.IsProd`. */
  readonly owner: string;
  /** Below the owner: `Properties.Environment.Variables.URL`. */
  readonly path: string;
}

/** The place one step further in. */
export function inside(place: Place, key: string | number): Place {
  const step = typeof key === 'number' ? `[${key}]` : place.path === '' ? key : `.${key}`;
  return { ...place, path: place.path + step };
}

/** A `TEMPLATE_INVALID` error naming stack, resource and path. */
export function templateError(place: Place, problem: string): StageError {
  const [section, logicalId] = place.owner.split('.');
  const owner = section === 'Resources' ? `resource ${logicalId}` : place.owner;
  return new StageError('TEMPLATE_INVALID', `stack ${place.stack}, ${owner}, at ${place.path || '(top)'}: ${problem}`);
}
