/** Compile-time rules of the test kit; `tsc -b` is the test. */

import { contract } from '@org/gateway-contract';
import { mockGateway } from './index.js';

const mock = mockGateway(contract, {
  documents: {
    get: ({ input, errors }) => (input.id === 'a' ? errors.NOT_FOUND({ id: input.id }) : Promise.reject(new Error())),
    // Handlers get what validation makes of an input: the default is there.
    list: ({ input }) => ({ items: [], nextCursor: input.limit.toFixed() }),
    // @ts-expect-error not what the contract says
    folders: () => ({ folders: [1] }),
    // @ts-expect-error not declared
    remove: ({ errors }) => errors.STALE_VERSION({ id: 'a', currentVersion: 1 }),
    // @ts-expect-error not an event of it
    changes: function* () {
      yield { change: 'lost' };
    },
  },
});
// @ts-expect-error no such procedure
mockGateway(contract, { documents: { nothing: () => 1 } });

const inputs = mock.inputsOf(mock.gateway.documents.get);
const id: string | undefined = inputs[0]?.id;
void id;
// @ts-expect-error the event has another type
void mock.emit(mock.gateway.documents.changes, { change: 'saved' });
// @ts-expect-error only subscriptions have events
void mock.emit(mock.gateway.documents.get, {});
