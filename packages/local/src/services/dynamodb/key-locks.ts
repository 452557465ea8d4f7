/**
 * Locks on items. Single writes of an item wait for each other; a transaction that meets another one on an item does not wait but
 * conflicts, and so does a single write that meets a transaction, as DynamoDB has it:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */

/** Who takes the lock. `write` is one write or a batch, `read` a TransactGetItems, `transaction` a TransactWriteItems. */
export type LockHolder = 'write' | 'read' | 'transaction';

/** The lock, or the items that an ongoing transaction holds. */
export type LockResult = { readonly release: () => void } | { readonly conflicts: ReadonlySet<string> };

export interface KeyLocks {
  /**
   * Takes all keys at once or none, so that nobody waits while holding something.
   * @param onTransaction what to do when a transaction holds one of the keys: give up, or wait for its end
   */
  acquire(keys: readonly string[], holder: LockHolder, onTransaction: 'conflict' | 'wait'): Promise<LockResult>;
}

interface Held {
  readonly holder: LockHolder;
  readonly released: Promise<void>;
}

export function createKeyLocks(): KeyLocks {
  const held = new Map<string, Held>();
  return {
    async acquire(keys, holder, onTransaction) {
      for (;;) {
        const busy = keys.filter((key) => held.has(key));
        if (busy.length === 0) break;
        const conflicts = busy.filter((key) => held.get(key)!.holder === 'transaction');
        if (onTransaction === 'conflict' && conflicts.length > 0) return { conflicts: new Set(conflicts) };
        await held.get(busy[0]!)!.released;
      }
      const { promise, resolve } = deferred();
      for (const key of keys) held.set(key, { holder, released: promise });
      return {
        release: () => {
          for (const key of keys) held.delete(key);
          resolve();
        },
      };
    },
  };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
