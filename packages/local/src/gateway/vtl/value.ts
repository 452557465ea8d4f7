/**
 * The values a template works with. Maps are `Map`s, so that a key such as `constructor` is only ever data; `$input` and `$util` are
 * hosts: objects with methods and nothing else.
 */
import { TemplateError } from './template-error.js';

export type VtlValue = null | boolean | number | string | VtlValue[] | VtlMap | VtlHost;

export type VtlMap = Map<string, VtlValue>;

/** An object of the engine's surroundings, such as `$util`. */
export interface VtlHost {
  /** How error messages call it, e.g. `$util`. */
  readonly hostName: string;
  readonly methods: Readonly<Record<string, (...args: VtlValue[]) => VtlValue>>;
  readonly fields?: Readonly<Record<string, VtlValue>>;
}

/** True for `$input` and `$util`, false for data. */
export function isHost(value: VtlValue): value is VtlHost {
  return typeof value === 'object' && value !== null && 'hostName' in value;
}

/** Turns parsed JSON (or a plain record of the gateway's) into template values. `undefined` becomes `null`. */
export function fromJson(json: unknown): VtlValue {
  if (json === null || json === undefined) return null;
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json;
  if (Array.isArray(json)) return json.map(fromJson);
  return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
}

/** The inverse of {@link fromJson}, for `$input.json()` and for reading what a template set. */
export function toJson(value: VtlValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, toJson(item)]));
  if (Array.isArray(value)) return value.map(toJson);
  if (isHost(value)) throw new TemplateError(`${value.hostName} can't be turned into JSON; use one of its methods`);
  return value;
}

/** What a value prints as: Java's `toString`, so a map is `{a=1, b=2}` and a list `[1, 2]`. */
export function toText(value: VtlValue): string {
  if (value === null) return 'null';
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${key}=${toText(item)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(toText).join(', ')}]`;
  if (isHost(value)) throw new TemplateError(`${value.hostName} can't be printed; use one of its methods`);
  return String(value);
}

/** Velocity 1.7: everything is true but `null` and `false`; the empty string is true. */
export function isTrue(value: VtlValue): boolean {
  return value !== null && value !== false;
}

/** Velocity 1.7's `==`: numbers by value, `null` only to `null`, values of different kinds by their text. */
export function isEqual(left: VtlValue, right: VtlValue): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === 'number' && typeof right === 'number') return left === right;
  return toText(left) === toText(right);
}
