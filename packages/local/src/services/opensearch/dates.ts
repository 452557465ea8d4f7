/**
 * Dates of documents and queries, as epoch milliseconds: ISO 8601 with an optional time (`strict_date_optional_time`), `epoch_millis`,
 * `epoch_second`, and date math in queries (`now-1d/d`, `2026-11-25||+1M`). https://docs.opensearch.org/latest/field-types/supported-field-types/date/
 */
import { illegalArgument } from './errors.js';
import { describe } from './json.js';

export const DEFAULT_DATE_FORMAT = 'strict_date_optional_time||epoch_millis';

const ISO_FORMATS = [
  'strict_date_optional_time',
  'strict_date_optional_time_nanos',
  'date_optional_time',
  'strict_date_time',
  'date_time',
  'strict_date',
  'date',
];
const FORMATS = [...ISO_FORMATS, 'epoch_millis', 'epoch_second'];

const ISO = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)?(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;

/** Whether text of a document makes a new field a date. */
export function looksLikeDate(text: string): boolean {
  return /^\d{4}-\d\d/.test(text) && isoMillis(text) !== undefined;
}

/** The parts of a format that are not served. */
export function unknownFormats(format: string): string[] {
  return format.split('||').filter((part) => !FORMATS.includes(part));
}

/** @throws OpenSearchError `illegal_argument_exception` */
export function parseDate(value: unknown, format: string): number {
  for (const part of format.split('||')) {
    const millis = part.startsWith('epoch') ? epochMillis(value, part === 'epoch_second' ? 1000 : 1) : isoMillis(value);
    if (millis !== undefined) return millis;
  }
  throw illegalArgument(`failed to parse date field [${describe(value)}] with format [${format}]`);
}

function epochMillis(value: unknown, factor: number): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) && value.length > 4);
  return isNumber ? Math.trunc(Number(value) * factor) : undefined;
}

function isoMillis(value: unknown): number | undefined {
  const match = typeof value === 'string' ? ISO.exec(value) : null;
  if (match === null) return undefined;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone.length === 3 ? `${zone}:00` : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(millis) ? undefined : millis;
}

/** What bounds of a range may say besides a date. */
export interface DateMath {
  readonly nowMs: number;
  /** `/d` rounds to the last millisecond of the unit for `gt` and `lte`, else to the first. */
  readonly roundUp: boolean;
}

/** A date with optional math. */
export function parseDateMath(value: unknown, format: string, { nowMs, roundUp }: DateMath): number {
  const [, base, math] = (typeof value === 'string' && /^(now|.*\|\|)((?:[+-]\d+[yMwdhHms]|\/[yMwdhHms])*)$/.exec(value)) || [];
  if (base === undefined || math === undefined) return parseDate(value, format);
  let millis = base === 'now' ? nowMs : parseDate(base.slice(0, -2), format);
  for (const [, sign, count, unit, rounding] of math.matchAll(/([+-])(\d+)([yMwdhHms])|\/([yMwdhHms])/g)) {
    if (rounding !== undefined) millis = roundUp ? add(startOf(millis, rounding), 1, rounding) - 1 : startOf(millis, rounding);
    else millis = add(millis, Number(`${sign}${count}`), unit!);
  }
  return millis;
}

const MILLIS: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, H: 3_600_000, m: 60_000, s: 1_000 };

/** Moves by calendar units. */
export function add(millis: number, count: number, unit: string): number {
  const length = MILLIS[unit];
  if (length !== undefined) return millis + count * length;
  const date = new Date(millis);
  const months = unit === 'y' ? count * 12 : unit === 'q' ? count * 3 : count;
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** The first millisecond of the calendar unit that a time is in; weeks begin on Monday. */
export function startOf(millis: number, unit: string): number {
  const date = new Date(millis);
  const year = date.getUTCFullYear();
  if (unit === 'y') return Date.UTC(year, 0, 1);
  if (unit === 'q') return Date.UTC(year, Math.floor(date.getUTCMonth() / 3) * 3, 1);
  if (unit === 'M') return Date.UTC(year, date.getUTCMonth(), 1);
  if (unit === 'w') return startOf(millis, 'd') - ((date.getUTCDay() + 6) % 7) * MILLIS.d!;
  return Math.floor(millis / MILLIS[unit]!) * MILLIS[unit]!;
}

/** As answers write a date. */
export function formatDate(millis: number): string {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? String(millis) : date.toISOString();
}
