/**
 * Time to live: its settings, and the sweep that deletes expired items on behalf of the service.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html - AWS deletes within days, the sweep within seconds;
 * until then an expired item is still read, as on AWS. Items that expired more than five years ago are left alone.
 */
import type { Clock } from '../../parts.js';
import type { Item, TableRecord } from './dynalite.js';
import { validationError } from './errors.js';
import { itemPrefix, prefixRange } from './store.js';
import { commitChanges, type Engine, lockName } from './writes.js';

interface TtlSetting {
  readonly AttributeName: string;
}

export interface TimeToLive {
  update(input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  describe(tableName: string): Promise<Record<string, unknown>>;
  /** Makes the setting that of a template; `undefined` turns it off. */
  ensure(tableName: string, attributeName: string | undefined): Promise<void>;
  /** Deletes what has expired. */
  sweep(): Promise<void>;
}

const FIVE_YEARS_SECONDS = 5 * 365 * 24 * 60 * 60;

export function createTimeToLive(engine: Engine, clock: Clock): TimeToLive {
  const { store } = engine;
  const settingKey = (tableName: string): string => `ttl~${tableName}`;
  const read = async (tableName: string): Promise<TtlSetting | undefined> =>
    (await store.base.db.get(settingKey(tableName))) as TtlSetting | undefined;

  async function ensure(tableName: string, attributeName: string | undefined): Promise<void> {
    const key = settingKey(tableName);
    const value = attributeName === undefined ? undefined : ({ AttributeName: attributeName } satisfies TtlSetting);
    await store.commits.commit([value ? { type: 'put', key, value } : { type: 'del', key }]);
  }

  async function sweepTable(table: TableRecord, attributeName: string): Promise<void> {
    const prefix = itemPrefix(table.TableName);
    for await (const [path, item] of store.entries(prefixRange(prefix))) {
      if (isExpired(item as Item, attributeName, clock.now())) await expire(table, path.slice(prefix.length), attributeName);
    }
  }

  /** Deletes one item if it is still there and still expired. */
  async function expire(table: TableRecord, key: string, attributeName: string): Promise<void> {
    const lock = await engine.locks.acquire([lockName(table.TableName, key)], 'write', 'wait');
    if ('conflicts' in lock) return;
    try {
      const before = await store.getItem(table.TableName, key);
      if (before && isExpired(before, attributeName, clock.now())) {
        await commitChanges(engine, [{ table, key, before, after: undefined }], { byTtl: true });
      }
    } finally {
      lock.release();
    }
  }

  return {
    ensure,
    async update(input) {
      const table = store.table(readTableName(input));
      const { AttributeName: name, Enabled: enabled } = readSpecification(input.TimeToLiveSpecification);
      const present = await read(table.TableName);
      if (enabled && present) {
        throw validationError(
          present.AttributeName === name
            ? 'TimeToLive is already enabled'
            : `TimeToLive is active on a different AttributeName: current AttributeName is ${present.AttributeName}`,
        );
      }
      if (!enabled && !present) throw validationError('TimeToLive is already disabled');
      if (!enabled && present!.AttributeName !== name) {
        throw validationError(`TimeToLive is active on a different AttributeName: current AttributeName is ${present!.AttributeName}`);
      }
      await ensure(table.TableName, enabled ? name : undefined);
      return { TimeToLiveSpecification: { AttributeName: name, Enabled: enabled } };
    },
    async describe(tableName) {
      const setting = await read(store.table(tableName).TableName);
      return { TimeToLiveDescription: setting ? { TimeToLiveStatus: 'ENABLED', ...setting } : { TimeToLiveStatus: 'DISABLED' } };
    },
    async sweep() {
      for (const table of store.tables()) {
        const setting = await read(table.TableName);
        if (setting) await sweepTable(table, setting.AttributeName);
      }
    },
  };
}

/** The table a request names; throws `ValidationException` when it names none. */
export function readTableName(input: Readonly<Record<string, unknown>>): string {
  const name = input.TableName;
  if (typeof name === 'string' && name !== '') return name;
  throw validationError("The parameter 'TableName' is required but was not present in the request");
}

function readSpecification(value: unknown): { readonly AttributeName: string; readonly Enabled: boolean } {
  const { AttributeName, Enabled } = (value ?? {}) as Record<string, unknown>;
  if (typeof AttributeName === 'string' && AttributeName.length >= 1 && AttributeName.length <= 255 && typeof Enabled === 'boolean') {
    return { AttributeName, Enabled };
  }
  throw validationError(
    `1 validation error detected: Value '${JSON.stringify(value)}' at 'timeToLiveSpecification' failed to satisfy constraint: AttributeName (1 to 255 characters) and Enabled must not be null`,
  );
}

/** A number in epoch seconds that is past, but by less than five years. */
function isExpired(item: Item, attributeName: string, nowMs: number): boolean {
  const text = item[attributeName]?.N;
  const expiresSeconds = typeof text === 'string' ? Number(text) : Number.NaN;
  const nowSeconds = nowMs / 1000;
  return expiresSeconds <= nowSeconds && expiresSeconds > nowSeconds - FIVE_YEARS_SECONDS;
}
