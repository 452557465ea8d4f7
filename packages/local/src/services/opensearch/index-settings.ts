/**
 * Settings of an index: those that have an effect here, and those that are about shards and are only kept. Anything else is refused, so that
 * nobody relies on it. https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/
 */
import { illegalArgument, notServed } from './errors.js';
import { describe, isObject, type JsonObject } from './json.js';

/** Settings by flat name without `index.`. */
export type IndexSettings = Readonly<Record<string, string>>;

const DEFAULTS: IndexSettings = { number_of_shards: '1', number_of_replicas: '1' };
const KEPT = ['number_of_shards', 'number_of_replicas', 'codec', 'auto_expand_replicas', 'replication.type'];
const EFFECTIVE = ['refresh_interval', 'max_result_window', 'gc_deletes'];
/** Fixed once the index is there. */
const FINAL = ['number_of_shards', 'codec'];

/** Settings as given, nested or flat, with or without `index.`. */
export function readSettings(given: unknown, present?: IndexSettings): IndexSettings {
  const flat = flatten(given === undefined ? {} : given, '');
  for (const [name, value] of Object.entries(flat)) {
    if (![...KEPT, ...EFFECTIVE].includes(name))
      throw notServed(`the index setting [index.${name}]; it serves ${[...EFFECTIVE, ...KEPT].join(', ')}`);
    if (present !== undefined && FINAL.includes(name))
      throw illegalArgument(`Can't update non dynamic settings [[index.${name}]] for open indices`);
    if (name === 'refresh_interval' || name === 'gc_deletes') readDuration(value, `index.${name}`);
    if (name === 'max_result_window' && !/^[1-9]\d{0,8}$/.test(value))
      throw illegalArgument(`Failed to parse value [${value}] for setting [index.${name}]`);
  }
  return { ...(present ?? DEFAULTS), ...flat };
}

/** How long writes wait for their refresh; undefined when only asked for. */
export function refreshIntervalMs(settings: IndexSettings): number | undefined {
  const millis = readDuration(settings.refresh_interval ?? '1s', 'index.refresh_interval');
  return millis < 0 ? undefined : millis;
}

/** How long the version of a deleted document is remembered. */
export function deletedVersionsMs(settings: IndexSettings): number {
  return readDuration(settings.gc_deletes ?? '60s', 'index.gc_deletes');
}

/** How far `from` and `size` reach. */
export function resultWindow(settings: IndexSettings): number {
  return Number(settings.max_result_window ?? 10_000);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readDuration(value: string, name: string): number {
  const [, count, unit] = /^(-?\d+)(ms|s|m|h|d)?$/.exec(value) ?? [];
  if (count === undefined || (unit === undefined && Number(count) > 0))
    throw illegalArgument(`failed to parse setting [${name}] with value [${value}] as a time value: unit is missing or unrecognized`);
  return Number(count) * (UNITS[unit ?? 'ms'] ?? 1);
}

function flatten(value: unknown, prefix: string): Record<string, string> {
  if (isObject(value)) {
    return Object.assign(
      {},
      ...Object.entries(value).map(([name, inner]) => flatten(inner, prefix === '' ? name : `${prefix}.${name}`)),
    ) as Record<string, string>;
  }
  const name = prefix.replace(/^index\./, '');
  if (value === null || Array.isArray(value) || name === '')
    throw illegalArgument(`Failed to parse value [${describe(value)}] for setting [${prefix}]`);
  return { [name]: String(value) };
}

/** As answers show settings: nested below `index`, with what OpenSearch adds. */
export function settingsJson(
  settings: IndexSettings,
  index: { name: string; uuid: string; createdAtMs: number; version: string },
): JsonObject {
  return {
    index: {
      ...settings,
      provided_name: index.name,
      creation_date: String(index.createdAtMs),
      uuid: index.uuid,
      version: { created: index.version },
    },
  };
}
