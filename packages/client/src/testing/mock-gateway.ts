/**
 * A gateway for front-end tests: the real client on a server in memory, which answers with the handlers of a test, or with samples made from
 * the contract's schemas. No network, and nothing of the protocol in a test.
 */

import type { AnyContract } from '@org/gateway-core';
import type { ClientControls, GatewayClient, MutationClient, QueryClient, SubscriptionClient } from '../client-types.js';
import { createGatewayClient } from '../create-client.js';
import type { GatewayClientOptions } from '../options.js';
import type { WebSocketConstructor } from '../socket/web-socket.js';
import { type MockFetch, mockFetch, type RunCall } from './mock-fetch.js';
import { createRunner, type RecordedCall } from './mock-run.js';
import { mockSockets } from './mock-socket.js';
import { createTopics, type MockTopic } from './mock-topics.js';
import type { AnyMockHandlers, MockHandlers } from './mock-types.js';

/** How a mock answers. */
export interface MockOptions {
  /** Other samples for other seeds. The same for the same seed, procedure and input. @default 1 */
  readonly seed?: number;
  /** Procedures without a handler: a `sample` made from the schema, or the `error` NOT_IMPLEMENTED. Subscriptions without one are silent. @default 'sample' */
  readonly unhandled?: 'sample' | 'error';
  /** Options of the mock's client: its `clock`, `validate` and so on. It repeats nothing unless `retries` says so: tests have no time to wait. */
  readonly client?: Omit<GatewayClientOptions, 'url' | 'socketUrl' | 'fetch' | 'WebSocket'>;
}

type AnyClient<TInput> =
  | QueryClient<TInput, unknown, unknown>
  | MutationClient<TInput, unknown, unknown>
  | SubscriptionClient<TInput, unknown, unknown>;

/** A gateway in memory. */
export interface MockGateway<TContract extends AnyContract> {
  /** The client to give to what is tested. */
  readonly gateway: GatewayClient<TContract>;
  /** For a client of one's own: `createGatewayClient({ url: 'http://mock.test', fetch: mock.fetch, WebSocket: mock.WebSocket })`. */
  readonly fetch: MockFetch;
  readonly WebSocket: WebSocketConstructor;
  /** What was called, in order, subscriptions among them. */
  readonly calls: readonly RecordedCall[];
  /** The inputs a procedure was called with. */
  inputsOf<TInput>(procedure: AnyClient<TInput>): readonly TInput[];
  /** Handlers from now on, over those there are. */
  use(handlers: MockHandlers<TContract>): void;
  /**
   * Sends an event: to who follows with this input, or without one to everybody who follows the procedure. Resolves when it is sent.
   *
   * @throws GatewayError when the event does not fit the contract
   */
  emit<TInput, TEvent>(procedure: SubscriptionClient<TInput, TEvent, unknown>, event: TEvent, input?: TInput): Promise<void>;
  /** Breaks all connections, as networks do; clients come back. With `forget` the events are lost: they are told by `onReset`. */
  disconnect(options?: { readonly forget?: boolean }): void;
  /** As it was made: calls, events and handlers of `use` are forgotten. */
  reset(): void;
  /** Closes the client. */
  close(): void;
}

/** Makes a gateway that answers with these handlers. */
export function mockGateway<TContract extends AnyContract>(
  contract: TContract,
  handlers: MockHandlers<TContract> = {},
  { seed = 1, unhandled = 'sample', client = {} }: MockOptions = {},
): MockGateway<TContract> {
  const first = handlers as AnyMockHandlers;
  let used = [first];
  let calls: RecordedCall[] = [];
  const runner = createRunner({ contract, seed, unhandled, handlers: () => used });
  const topics = createTopics(runner.event);
  const run: RunCall = (call, signal) => {
    calls.push(call);
    return runner.run(call, signal);
  };
  const subscribe = async (call: RecordedCall, isResumed: boolean) => {
    if (!isResumed) calls.push(call);
    const topic = topics.open(call.path, call.input);
    const stop = new AbortController();
    // One that comes back goes on with the events it was following.
    const events = isResumed || topic.isFed ? undefined : await runner.events(call, stop.signal);
    const follow: MockTopic['follow'] = (follower) => {
      const leave = topic.follow(follower);
      if (events && !topic.isFed) topic.feed(events, stop);
      return leave;
    };
    return { topic, follow, codecs: runner.codecs(call.path) };
  };
  const fetch = mockFetch(run);
  const { WebSocket, disconnect } = mockSockets({ run, subscribe });
  const gateway = createGatewayClient<TContract>({ retries: 0, ...client, url: MOCK_URL, fetch, WebSocket });
  return {
    gateway,
    fetch,
    WebSocket,
    get calls() {
      return calls;
    },
    inputsOf: <TInput>({ path }: AnyClient<TInput>) => calls.filter((call) => call.path === path).map(({ input }) => input as TInput),
    use(more) {
      used = [...used, more as AnyMockHandlers];
    },
    async emit({ path }, event, input) {
      const data = await runner.event(path, event);
      for (const topic of topics.of(path, input)) topic.append(data);
    },
    disconnect({ forget = false } = {}) {
      if (forget) topics.forget();
      disconnect();
    },
    reset() {
      used = [first];
      calls = [];
      topics.forget();
      disconnect();
    },
    close() {
      (gateway as ClientControls).$close();
      topics.forget();
    },
  };
}

/** Nobody is asked there. https://www.rfc-editor.org/rfc/rfc2606#section-2 */
const MOCK_URL = 'http://mock.test';
