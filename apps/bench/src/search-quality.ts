/**
 * Search on the READMEs of the installed packages, through a stage with an OpenSearch domain and a Kendra index: how often the document that a
 * question was made of is among the first three results, and how long indexing and asking take.
 */

import { BatchPutDocumentCommand, KendraClient, QueryCommand } from '@aws-sdk/client-kendra';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import { type Stage, startStage } from '@org/gateway-local';
import { hitRate, type KnownDocument, knownItems } from './known-items.js';
import { readmes } from './readmes.js';
import { withAssembly } from './temporary-assembly.js';

const IndexId = '11111111-2222-4333-8444-555555555555';
const region = 'us-east-1';
const index = 'readmes';
const TOP = 3;

/** A domain and an index. */
const template = {
  Metadata: { 'local-stage:imports': [{ Type: 'AWS::Kendra::Index', PhysicalId: IndexId, Properties: { Name: index } }] },
  Resources: { Domain: { Type: 'AWS::OpenSearchService::Domain', Properties: { DomainName: 'readmes' } } },
  Outputs: { Search: { Value: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['Domain', 'DomainEndpoint'] }]] } } },
};

/** Runs and prints. */
export async function benchSearch(): Promise<void> {
  const documents = await readmes();
  await withAssembly(template, (assembly) => measure(assembly, documents));
}

async function measure(assembly: string, documents: readonly KnownDocument[]): Promise<void> {
  const stage = await startStage({ assembly });
  try {
    console.log(
      `\nSearch in ${documents.length} READMEs (${(documents.reduce((sum, { text }) => sum + text.length, 0) / 1e6).toFixed(1)} million characters)`,
    );
    const items = Object.values(knownItems(documents));
    for (const engine of [await openSearch(stage, documents), await kendra(stage, documents)]) {
      const startedMs = performance.now();
      const rates: number[] = [];
      for (const each of items) rates.push(await hitRate(each, TOP, engine.search));
      const perQuestionMs = (performance.now() - startedMs) / items.flat().length;
      const [byTitle, bySentence, byDescription] = rates.map(percent);
      console.log(
        `  ${engine.name.padEnd(12)} in the first ${TOP}: ${byTitle} by title, ${bySentence} by first sentence, ${byDescription} by description;` +
          ` indexed in ${engine.indexedMs.toFixed(0)} ms, ${perQuestionMs.toFixed(1)} ms a question`,
      );
    }
  } finally {
    await stage.close();
  }
}

interface Engine {
  readonly name: string;
  readonly indexedMs: number;
  readonly search: (question: string) => Promise<readonly string[]>;
}

async function openSearch(stage: Stage, documents: readonly KnownDocument[]): Promise<Engine> {
  const signer = AwsSigv4Signer({ region, service: 'es', getCredentials: () => Promise.resolve(stage.operator) });
  const client = new Client({ ...signer, node: stage.outputs.Search ?? '' });
  const startedMs = performance.now();
  for (let from = 0; from < documents.length; from += 100) {
    const body = documents.slice(from, from + 100).flatMap(({ id, title, text }) => [{ index: { _id: id } }, { title, text }]);
    await client.bulk({ index, body: body as never });
  }
  await client.indices.refresh({ index });
  const indexedMs = performance.now() - startedMs;
  return {
    name: 'OpenSearch',
    indexedMs,
    search: async (query) => {
      const multi_match = { query, fields: ['title^2', 'text'], tie_breaker: 0.3 };
      const { body } = await client.search({ index, body: { query: { multi_match }, _source: false } as never });
      return body.hits.hits.map(({ _id }) => String(_id));
    },
  };
}

async function kendra(stage: Stage, documents: readonly KnownDocument[]): Promise<Engine> {
  const client = new KendraClient({ endpoint: stage.awsUrl, region, credentials: stage.operator });
  const startedMs = performance.now();
  for (let from = 0; from < documents.length; from += 10) {
    const Documents = documents
      .slice(from, from + 10)
      .map(({ id, title, text }) => ({ Id: id, Title: title, Blob: Buffer.from(text), ContentType: 'MD' as const }));
    await client.send(new BatchPutDocumentCommand({ IndexId, Documents }));
  }
  const indexedMs = performance.now() - startedMs;
  return {
    name: 'Kendra',
    indexedMs,
    search: async (QueryText) => {
      const { ResultItems = [] } = await client.send(new QueryCommand({ IndexId, QueryText }));
      return ResultItems.map(({ DocumentId }) => String(DocumentId));
    },
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
