/** What the types of pages promise, checked by the compiler alone. */

import { createGatewayClient } from '../index.js';
import { pages } from './index.js';

type Equal<TLeft, TRight> = (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
function expectTrue<_TResult extends true>(): void {}

const gateway = createGatewayClient({ url: 'https://example.com/prod' });

async function loops(): Promise<void> {
  for await (const { title } of pages(gateway.documents.list, { folder: 'inbox' }, { cursor: 'c1', timeoutMs: 1_000 }))
    expectTrue<Equal<typeof title, string>>();
  for await (const { nextCursor } of pages(gateway.documents.list, {}).byPage()) expectTrue<Equal<typeof nextCursor, string | null>>();
}
void loops;

// @ts-expect-error the cursor is the loop's business
pages(gateway.documents.list, { cursor: 'c1' });
// @ts-expect-error not a cursor of this list
pages(gateway.documents.list, {}, { cursor: 1 });
// @ts-expect-error answers with no pages
pages(gateway.documents.get, { id: 'a' });
// @ts-expect-error not an input of this list
pages(gateway.documents.list, { folders: 'inbox' });
