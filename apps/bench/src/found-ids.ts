/** What a search finds on a new stage, where the index is made with its first document. */

import { type GatewayClient, isGatewayError } from '@org/gateway-client';

/** Ids, the best first, and how many there are in all. */
export async function foundIds(
  gateway: GatewayClient,
  input: { readonly text?: string; readonly limit?: number },
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  try {
    const { items, total } = await gateway.search.find.query(input);
    return { ids: items.map(({ id }) => id), total };
  } catch (error) {
    if (isGatewayError(error) && error.code === 'FAILED_DEPENDENCY') return { ids: [], total: 0 };
    throw error;
  }
}
