/**
 * Reads that are not asked to be consistent and show items as they were a while ago, while a fault says so.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
 *
 * For GetItem, Query and Scan. What was new then is missing, what was changed is as it was; what was deleted since does not come back into
 * the result of a Query or a Scan. An item that was changed comes whole, whatever the projection.
 */
import type { FaultBoard } from '../../faults/board.js';
import type { Clock } from '../../parts.js';
import type { Item, TableRecord } from './dynalite.js';
import type { Input, Output } from './operations.js';
import type { ItemChange } from './streams.js';

interface Change {
  readonly tableName: string;
  readonly key: string;
  readonly before: Item | undefined;
  readonly atMs: number;
}

/** Remembers changes while reads are stale. */
export class StaleReads {
  readonly #board: FaultBoard;
  readonly #clock: Clock;
  #changes: Change[] = [];

  constructor(board: FaultBoard, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
  }

  /** Changes that were just made. */
  note(changes: readonly ItemChange[]): void {
    if (!this.#board.has('read')) {
      this.#changes = [];
      return;
    }
    const atMs = this.#clock.now();
    for (const { table, before, after } of changes) {
      const key = keyOf(table, (after ?? before)!);
      this.#changes.push({ tableName: table.TableName, key, before, atMs });
    }
  }

  /** The answer to a read as an older copy of the table gives it. */
  older(table: TableRecord | undefined, input: Input, output: Output): Output {
    if (table === undefined || input.ConsistentRead === true || !this.#board.has('read')) return output;
    const drawn = this.#board.draw('read', { table: table.TableName });
    if (drawn.length === 0) return output;
    const sinceMs = this.#clock.now() - Math.max(...drawn.map(({ effect }) => effect.staleMs));
    const before = (key: string, now: Item | undefined): Item | undefined => {
      const change = this.#changes.find((each) => each.tableName === table.TableName && each.key === key && each.atMs > sinceMs);
      return change === undefined ? now : change.before;
    };
    if (input.Key !== undefined) return { ...output, Item: before(keyOf(table, input.Key as Item), output.Item as Item | undefined) };
    if (!Array.isArray(output.Items)) return output;
    const Items = (output.Items as Item[]).flatMap((item) => before(keyOf(table, item), item) ?? []);
    return { ...output, Items, Count: Items.length };
  }
}

function keyOf({ KeySchema }: TableRecord, item: Item): string {
  return JSON.stringify(KeySchema.map(({ AttributeName: name }) => item[name]));
}
