/**
 * `TransactionCanceledException` with its reasons, one per action in the order of the request.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
 */
import type { AwsError } from '../../wire/aws-error.js';
import type { Item } from './dynalite.js';
import { dynamoError } from './errors.js';

export interface CancellationReason {
  readonly Code: 'ConditionalCheckFailed' | 'TransactionConflict' | 'ValidationError';
  readonly Message: string;
  readonly Item?: Item;
}

/** The error; actions that had no part in it have the reason `None`. */
export function transactionCanceled(reasons: readonly (CancellationReason | undefined)[]): AwsError {
  const codes = reasons.map((reason) => reason?.Code ?? 'None').join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return dynamoError('TransactionCanceledException', message, {
    CancellationReasons: reasons.map((reason) => reason ?? { Code: 'None' }),
    Message: message,
  });
}

/** Reasons for the actions whose item another transaction holds. */
export function conflictReasons(locks: readonly string[], conflicts: ReadonlySet<string>): readonly (CancellationReason | undefined)[] {
  return locks.map((lock) =>
    conflicts.has(lock) ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : undefined,
  );
}
