/**
 * Checks a request's members by dynalite's rules and parses its expressions, before anything is read or locked.
 */
import { fromDynalite } from './errors.js';
import { checkOperandTypes } from './operand-types.js';
import type { Store } from './store.js';

/** A request whose members have the right types; parsed expressions are in members that begin with `_`. */
export type CheckedRequest = Record<string, unknown>;

/** Checks a request as one of `operation`; throws `ValidationException` or `SerializationException`. The input stays as it is. */
export function checkRequest(store: Store, operation: string, input: Readonly<Record<string, unknown>>): CheckedRequest {
  const { validations, rules } = store.dynalite;
  const { types, custom } = rules(operation);
  try {
    const data = validations.checkTypes(structuredClone(input), types);
    validations.checkValidations(data, types, custom, store.base);
    checkOperandTypes(data);
    return data;
  } catch (error) {
    throw fromDynalite(error);
  }
}
