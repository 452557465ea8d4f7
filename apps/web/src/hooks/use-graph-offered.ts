/** Whether this stage has the GraphQL API: without it, its procedures are not there. Asked once. */

import { isGatewayError } from '@org/gateway-client';
import { useEffect, useState } from 'react';
import { useGateway } from '../gateway.js';

export function useGraphOffered(): boolean {
  const gateway = useGateway();
  const [isOffered, setOffered] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    gateway.graph.documents.query({ limit: 1 }, { signal: stop.signal }).then(
      () => setOffered(true),
      (error: unknown) => setOffered(isGatewayError(error, gateway.graph.documents, 'GRAPH_FAILED')),
    );
    return () => stop.abort();
  }, [gateway]);
  return isOffered;
}
