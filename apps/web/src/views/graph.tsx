/** Documents with their labels, as the GraphQL API answers in one call. */

import { isGatewayError } from '@org/gateway-client';
import { useCallback, useEffect } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { useLatest } from '../hooks/use-latest.js';
import type { GraphDocument } from '../model/document-types.js';
import { formatAgo, formatBytes } from '../model/format.js';
import { writeHash } from '../model/hash-route.js';
import { Problem } from './problem.js';

interface Page {
  readonly items: readonly GraphDocument[];
  readonly nextCursor: string | null;
}

export function Graph({ folder }: { readonly folder: string | undefined }) {
  const gateway = useGateway();
  const [call, run] = useLatest<Page>();
  const load = useCallback(
    (known?: Page) =>
      run(async (signal) => {
        const cursor = known?.nextCursor;
        const input = { limit: 30, ...(folder === undefined ? {} : { folder }), ...(cursor ? { cursor } : {}) };
        const page = await gateway.graph.documents.query(input, { signal });
        return { ...page, items: [...(known?.items ?? []), ...page.items] };
      }),
    [gateway, folder, run],
  );
  useEffect(() => load(), [load]);

  if (call.status === 'failed') return <Problem message={failureInWords(gateway, call.failure)} onRetry={() => load()} />;
  if (call.value === undefined) return <p className="empty">Loading …</p>;
  const page = call.value;
  return (
    <section aria-labelledby="graph-title">
      <h2 id="graph-title">Graph: documents and labels in one call</h2>
      <table className="graph" data-testid="graph">
        <thead>
          <tr>
            <th scope="col">Document</th>
            <th scope="col">Label</th>
            <th scope="col" className="size">
              Size
            </th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map(({ id, title, label, bytes, updatedAtMs }) => (
            <tr key={id}>
              <td>
                <a href={writeHash({ folder, documentId: id })}>{title}</a>
              </td>
              <td>{label === null ? '–' : <span className="chip">{label.label}</span>}</td>
              <td className="size">{formatBytes(bytes)}</td>
              <td>{formatAgo(updatedAtMs, Date.now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {page.nextCursor === null ? null : (
        <button type="button" onClick={() => load(page)} disabled={call.status === 'loading'}>
          Load more
        </button>
      )}
    </section>
  );
}

function failureInWords(gateway: ReturnType<typeof useGateway>, failure: unknown): string {
  if (isGatewayError(failure, gateway.graph.documents, 'GRAPH_FAILED')) return 'The GraphQL API of this stage answered with errors.';
  return describeFailure(failure);
}
