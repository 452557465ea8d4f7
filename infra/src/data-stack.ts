/**
 * Everything that must survive: tables, buckets, the search domain, buses with their workers' queues and dead letters, and the gateway's own
 * tables. It refers to nothing of the gateway stack, so that the gateway can be deleted and deployed again without touching a byte (or a
 * waiting message), and it is the same whichever of the two APIs a stage has.
 */

import {
  type AnyWorkerDeclaration,
  type BusResource,
  keepsReplies,
  REALTIME_KEYS,
  type ResourceDeclaration,
  type TableResource,
} from '@org/gateway-server/service';
import { Stack, type StackProps } from 'aws-cdk-lib';
import { StreamViewType, type TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Domain } from 'aws-cdk-lib/aws-opensearchservice';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { accountOf, physicalName } from './account-names.js';
import { declaredBucket } from './constructs/declared-bucket.js';
import { declaredTable } from './constructs/declared-table.js';
import { importedAnswers } from './constructs/imported-answers.js';
import { busTable, busTopic, deadLetterQueue, sequencerQueue, streamFilter, workerQueue } from './constructs/message-bus.js';
import { payloadsBucket } from './constructs/payloads-bucket.js';
import type { DeployedResource } from './constructs/permissions.js';
import { searchDomain } from './constructs/search-domain.js';
import type { WorkerFeed } from './constructs/worker-source.js';
import { type Declarations, declaredResources, deployedOf, sentServices, sequencedServices } from './declarations.js';
import { SEQUENCER_FUNCTION } from './function-plan.js';
import { addLocalImports } from './local-imports.js';
import type { StageSettings } from './settings-schema.js';

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly declarations: Declarations;
}

/** A batch is one transaction a topic. Short, because a topic whose reader died waits for six times as long. */
export const SEQUENCER_TIMEOUT_SECONDS = 10;

/** What a stage keeps. */
export class DataStack extends Stack {
  /** Connections and their subscriptions. */
  readonly connections: TableV2;
  /** Topics' events; its stream feeds the fan-out. */
  readonly topics: TableV2;
  /** Messages that are too large for the socket. */
  readonly payloads: DeployedResource;
  /** Replies to calls with a key; undefined where no service has mutations. */
  readonly replies: TableV2 | undefined;
  /** Declared resources by name: those that are here, imported, or in another account. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  /** What sets each worker to work, by the worker's name, and the sequencer; fields of a graph are the gateway stack's. */
  readonly feeds: ReadonlyMap<string, WorkerFeed>;
  /** Queues of what could not be done, by the name of the worker or of the service. */
  readonly deadLetters: ReadonlyMap<string, Queue>;
  /** Events on their way to the sequencer; undefined where no subscription is sequenced. */
  readonly sequencer: { readonly queue: Queue; readonly deadLetters: Queue } | undefined;
  readonly #settings: StageSettings;
  readonly #changed: ReadonlySet<string>;
  readonly #tables = new Map<string, TableV2>();
  readonly #topicsOfBuses = new Map<string, Topic>();
  readonly #deadLetters = new Map<string, Queue>();
  #domain: Domain | undefined;

  constructor(scope: Construct, id: string, { settings, declarations, ...props }: DataStackProps) {
    super(scope, id, props);
    const { data } = settings;
    const { services, workers } = deployedOf(declarations, settings);
    this.#settings = settings;
    this.#changed = new Set(workers.flatMap(({ source }) => (source.kind === 'changes' ? [source.resource.name] : [])));
    this.connections = declaredTable(this, { declaration: realtimeTable('Connections'), data });
    this.topics = declaredTable(this, { declaration: realtimeTable('Topics'), data, stream: StreamViewType.NEW_IMAGE });
    this.payloads = payloadsBucket(this, settings);
    this.replies = services.some(keepsReplies) ? declaredTable(this, { declaration: realtimeTable('Replies'), data }) : undefined;
    const deployed = declaredResources(declarations, settings).map((declaration) => this.#deploy(declaration));
    this.resources = new Map(deployed.flatMap((resource) => (resource ? [[resource.declaration.name, resource] as const] : [])));
    const feeds = new Map(workers.flatMap((worker) => this.#feed(worker)));
    this.sequencer = sequencedServices(declarations, settings).length > 0 ? this.#addSequencer() : undefined;
    if (this.sequencer) feeds.set(SEQUENCER_FUNCTION, { kind: 'queue', queue: this.sequencer.queue });
    this.feeds = feeds;
    for (const name of sentServices({ services, workers })) this.#addDeadLetters(name);
    this.deadLetters = this.#deadLetters;
    addLocalImports(this, settings);
  }

  /** Undefined for what the gateway stack deploys. */
  #deploy(declaration: ResourceDeclaration): DeployedResource | undefined {
    const settings = this.#settings;
    if (accountOf(declaration) !== undefined) return { declaration, location: physicalName(declaration, settings), arn: '' };
    switch (declaration.kind) {
      case 'table': {
        const stream = this.#changed.has(declaration.name) ? StreamViewType.NEW_AND_OLD_IMAGES : undefined;
        return this.#located(declaration, declaredTable(this, { declaration, data: settings.data, stream }));
      }
      case 'bucket': {
        const bucket = declaredBucket(this, { declaration, settings });
        return { declaration, location: bucket.bucketName, arn: bucket.bucketArn };
      }
      case 'index': {
        const domain = this.#searchDomain();
        return { declaration, location: `https://${domain.domainEndpoint}`, arn: `${domain.domainArn}/${declaration.indexName}` };
      }
      case 'answers':
        return importedAnswers(this, declaration, expected(settings.answers, 'answers'));
      case 'bus':
        return this.#bus(declaration);
      case 'topics':
        return { declaration, location: this.topics.tableName, arn: this.topics.tableArn };
      case 'model':
      case 'graph':
      case 'function':
      // Both lie in the table of connections.
      case 'presence':
      case 'sessions':
        return undefined;
      default:
        return declaration satisfies never;
    }
  }

  #located(declaration: ResourceDeclaration, table: TableV2): DeployedResource {
    this.#tables.set(declaration.name, table);
    return { declaration, location: table.tableName, arn: table.tableArn };
  }

  #searchDomain(): Domain {
    this.#domain ??= searchDomain(this, this.#settings, expected(this.#settings.search, 'search'));
    return this.#domain;
  }

  #bus(declaration: BusResource): DeployedResource {
    if (declaration.transport === 'table') return this.#located(declaration, busTable(this, declaration, this.#settings));
    const topic = busTopic(this, declaration, this.#settings);
    this.#topicsOfBuses.set(declaration.name, topic);
    return { declaration, location: topic.topicArn, arn: topic.topicArn };
  }

  #feed(worker: AnyWorkerDeclaration): readonly (readonly [string, WorkerFeed])[] {
    const { name, source, timeoutSeconds, maxAttempts } = worker;
    if (source.kind === 'fields') return [];
    const topic = this.#topicsOfBuses.get(source.resource.name);
    if (source.kind === 'messages' && topic !== undefined) {
      const deadLetters = this.#addDeadLetters(name, source.resource.ordered);
      const settings = this.#settings;
      const bus = source.resource;
      const queue = workerQueue(this, `${capital(name)}Queue`, {
        ...{ settings, bus, topic, deadLetters, timeoutSeconds, maxAttempts },
        messageNames: source.names,
      });
      return [[name, { kind: 'queue', queue }]];
    }
    const table = this.#tables.get(source.resource.name);
    if (table === undefined) {
      throw new Error(`[WORKER] ${name} follows ${source.resource.name}, which is in another account; a worker reads tables of its own`);
    }
    const feed = { kind: 'stream', table, deadLetters: this.#addDeadLetters(name) } as const;
    return [[name, source.kind === 'messages' ? { ...feed, filter: streamFilter(source.names) } : feed]];
  }

  #addSequencer() {
    const deadLetters = this.#addDeadLetters(SEQUENCER_FUNCTION, true);
    return { queue: sequencerQueue(this, this.#settings, SEQUENCER_TIMEOUT_SECONDS, deadLetters), deadLetters };
  }

  #addDeadLetters(name: string, fifo = false): Queue {
    const queue = deadLetterQueue(this, `${capital(name)}DeadLetters`, this.#settings, fifo);
    this.#deadLetters.set(name, queue);
    return queue;
  }
}

/** Settings were checked before: this cannot be missing. */
function expected<TValue>(value: TValue | undefined, setting: string): TValue {
  if (value === undefined) throw new Error(`[SETTINGS] ${setting}: got nothing, and something is deployed that needs it`);
  return value;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function realtimeTable(name: string): TableResource {
  const { partitionKey, sortKey, ttl } = REALTIME_KEYS;
  return { kind: 'table', name, partitionKey, sortKey, indexes: {}, expiresAt: ttl };
}
