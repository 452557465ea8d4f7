/**
 * What must fail without which right: a row per action and resource that `uses` of some service or worker gives, written by hand. A probe
 * is done while its right is withheld.
 *
 * - `fails`: its caller is told that the call failed;
 * - `goes on`: its caller notices nothing, because the rest is done and the denial is only logged;
 * - `later`: it sets a worker to work, which is denied and tries again.
 *
 * Probes run in this order, one after the other.
 */

import type { PermissionFixture } from './permission-fixture.js';

/** One row. */
export interface Probe {
  /** Service or worker, action, and the end of the resource's ARN as `rightName` writes it. */
  readonly right: string;
  readonly outcome: 'fails' | 'goes on' | 'later';
  readonly run: (fixture: PermissionFixture) => Promise<unknown>;
}

const row = (outcome: Probe['outcome']) => (right: string, run: Probe['run']) => ({ right, outcome, run }) satisfies Probe;
const fails = row('fails');
const goesOn = row('goes on');
const later = row('later');

export const PROBES: readonly Probe[] = [
  later('indexer es:ESHttpPut search/documents-index', ({ loseIndex, save }) => loseIndex().then(save)),
  later('indexer es:ESHttpPost search/documents-index-write/_bulk', ({ save }) => save()),
  later('indexer s3:GetObject bodies/*', ({ save }) => save()),
  later('indexer kendra:BatchPutDocument index', ({ save }) => save()),
  later('indexer kendra:BatchDeleteDocument index', ({ saveAndRemove }) => saveAndRemove()),
  later('indexer dynamodb:GetItem Documents', ({ loseBody }) => loseBody()),
  later('indexer s3:ListBucket bodies', ({ loseBody }) => loseBody()),
  later('relay sns:Publish DocumentEvents.fifo', ({ save }) => save()),
  later('labeller dynamodb:GetItem Documents', ({ save }) => save()),
  later('labeller s3:GetObject bodies/*', ({ save }) => save()),
  later('labeller s3:ListBucket bodies', ({ loseBody }) => loseBody()),
  later('labeller sagemaker:InvokeEndpoint classifier', ({ save }) => save()),
  later('labeller dynamodb:GetItem Labels', ({ save }) => save()),
  later('labeller dynamodb:PutItem Labels', ({ save }) => save()),
  later('labeller dynamodb:DeleteItem Labels', ({ saveAndRemove }) => saveAndRemove()),
  later('activity dynamodb:PutItem Activity', ({ gateway, id }) => gateway.events.note.mutate({ id, text: 'a note' })),
  later('fileActivity dynamodb:PutItem Activity', ({ putFile }) => putFile()),

  fails('account dynamodb:PutItem Connections', ({ signOut }) => signOut('account')),
  fails('account dynamodb:Query Connections', ({ signOut }) => signOut('account')),
  fails('account execute-api:ManageConnections DELETE/@connections/*', ({ signOut }) => signOut('account')),
  goesOn('account execute-api:ManageConnections POST/@connections/*', ({ signOut }) => signOut('account')),
  fails('operations dynamodb:PutItem Connections', ({ signOut }) => signOut('operations')),
  fails('operations dynamodb:Query Connections', ({ signOut }) => signOut('operations')),
  fails('operations execute-api:ManageConnections DELETE/@connections/*', ({ signOut }) => signOut('operations')),
  goesOn('operations execute-api:ManageConnections POST/@connections/*', ({ signOut }) => signOut('operations')),

  fails('answers kendra:Query index', ({ ask }) => ask()),
  fails('answers dynamodb:BatchGetItem Documents', ({ ask }) => ask()),

  fails('documents dynamodb:BatchGetItem Documents', ({ gateway, id }) => gateway.documents.many.query({ id: [id] })),
  fails('documents dynamodb:DeleteItem Documents', ({ saveAndRemove }) => saveAndRemove()),
  fails('documents dynamodb:GetItem Documents', ({ gateway, id }) => gateway.documents.get.query({ id })),
  fails('documents dynamodb:PutItem Documents', ({ save }) => save()),
  fails('documents dynamodb:Query Documents/index/byChange', ({ gateway }) => gateway.documents.list.query({})),
  fails('documents dynamodb:Query Documents/index/byFolder', ({ gateway }) => gateway.documents.list.query({ folder: 'f' })),
  fails('documents dynamodb:PutItem Folders', ({ save }) => save()),
  fails('documents dynamodb:Query Folders', ({ gateway }) => gateway.documents.folders.query()),
  fails('documents s3:GetObject bodies/*', ({ gateway, id }) => gateway.documents.get.query({ id })),
  fails('documents s3:PutObject bodies/*', ({ save }) => save()),
  fails('documents s3:ListBucket bodies', async ({ gateway, loseBody }) => gateway.documents.get.query({ id: await loseBody() })),
  goesOn('documents s3:DeleteObject bodies/*', ({ saveAndRemove }) => saveAndRemove()),

  fails('events dynamodb:GetItem Documents', ({ gateway, id }) => gateway.events.note.mutate({ id, text: 'a note' })),
  fails('events sns:Publish DocumentEvents.fifo', ({ gateway, id }) => gateway.events.note.mutate({ id, text: 'a note' })),
  fails('events dynamodb:Query Activity/index/byTime', ({ gateway }) => gateway.events.recent.query({})),

  fails('files dynamodb:DeleteItem Files', async ({ gateway, putFile }) => gateway.files.remove.mutate({ key: await putFile() })),
  fails('files dynamodb:GetItem Files', ({ gateway, key }) => gateway.files.get.query({ key })),
  fails('files dynamodb:PutItem Files', ({ putFile }) => putFile()),
  fails('files dynamodb:Query Files/index/byChange', ({ gateway }) => gateway.files.list.query({})),
  fails('files s3:AbortMultipartUpload uploads/files/*', async ({ gateway, beginUpload }) =>
    gateway.files.abortUpload.mutate({ key: await beginUpload() }),
  ),
  fails('files s3:DeleteObject uploads/files/*', async ({ gateway, putFile }) => gateway.files.remove.mutate({ key: await putFile() })),
  fails('files s3:GetObject uploads/files/*', ({ gateway, key }) => gateway.files.content.query({ key })),
  fails('files s3:ListMultipartUploadParts uploads/files/*', async ({ gateway, beginUpload }) =>
    gateway.files.listParts.query({ key: await beginUpload() }),
  ),
  fails('files s3:PutObject uploads/files/*', ({ putFile }) => putFile()),
  fails('files s3:ListBucket uploads', ({ gateway }) => gateway.files.usage.query()),
  fails('files dynamodb:PutItem FileEvents', ({ putFile }) => putFile()),

  fails('inference sagemaker:InvokeEndpoint classifier', ({ gateway }) => gateway.inference.classify.mutate({ texts: ['a'] })),
  fails('inference sagemaker:InvokeEndpointWithResponseStream classifier', ({ gateway }) =>
    gateway.inference.classifyStream.mutate({ stream: 'a-stream-of-probes', texts: ['a'] }),
  ),
  fails('inference dynamodb:BatchGetItem Labels', ({ gateway, id }) => gateway.inference.labels.query({ id: [id] })),
  fails('inference dynamodb:GetItem Labels', ({ gateway, id }) => gateway.inference.label.query({ id })),

  fails('search es:ESHttpPost search/documents-index/_search', ({ gateway }) => gateway.search.find.query({})),
  fails('search dynamodb:GetItem Rebuilds', ({ gateway }) => gateway.search.status.query()),
  fails('search dynamodb:PutItem Rebuilds', ({ gateway }) => gateway.search.rebuild.mutate({})),
  fails('search sts:AssumeRole search-access', ({ gateway, endSessions }) => endSessions(() => gateway.search.popular.query({}))),
  fails('searchAccess dynamodb:Query SearchStats', ({ gateway }) => gateway.search.popular.query({})),
  goesOn('searchAccess dynamodb:UpdateItem SearchStats', ({ gateway }) => gateway.search.find.query({ text: 'counted?' })),

  later('rebuilder lambda:InvokeFunction indexing', ({ rebuild }) => rebuild()),
  later('indexing dynamodb:GetItem Rebuilds', ({ rebuild }) => rebuild()),
  later('indexing dynamodb:UpdateItem Rebuilds', ({ rebuild }) => rebuild()),
  later('indexing lambda:InvokeFunction documents', ({ rebuild }) => rebuild()),
  later('indexing es:ESHttpPut search/documents-index', ({ rebuild }) => rebuild()),
  later('indexing es:ESHttpDelete search/documents-index', ({ rebuild }) => rebuild({ fromScratch: true })),
  later('indexing es:ESHttpPost search/documents-index-write/_bulk', ({ rebuild }) => rebuild()),
  later('indexing es:ESHttpPost search/documents-index/_search', ({ rebuild }) => rebuild()),
  later('indexing kendra:BatchPutDocument index', ({ rebuild }) => rebuild()),
  later('indexing kendra:BatchDeleteDocument index', ({ rebuild, leaveEntryBehind }) => leaveEntryBehind().then(() => rebuild())),

  // Last: the stage's time moves by more than a week.
  goesOn('files dynamodb:BatchWriteItem Files', ({ gateway, forgetUploads }) => forgetUploads().then(() => gateway.files.list.query({}))),
];

/** Rights that only the stage `everything` has: of the GraphQL API, and of a knowledge base in Kendra's place. */
export const PROBES_OF_EVERYTHING: readonly Probe[] = [
  fails('graph appsync:GraphQL types/Query/fields/documents', ({ gateway }) => gateway.graph.documents.query({})),
  fails('graph appsync:GraphQL types/Query/fields/document', ({ gateway, id }) => gateway.graph.document.query({ id })),
  fails('library dynamodb:Query Documents/index/byChange', ({ gateway }) => gateway.graph.documents.query({})),
  fails('library dynamodb:Query Documents/index/byFolder', ({ gateway }) => gateway.graph.documents.query({ folder: 'f' })),
  fails('library dynamodb:BatchGetItem Labels', ({ gateway }) => gateway.graph.documents.query({})),
  fails('library dynamodb:GetItem Documents', ({ gateway, id }) => gateway.graph.document.query({ id })),
  fails('library dynamodb:GetItem Labels', ({ gateway, id }) => gateway.graph.document.query({ id })),
  fails('answers bedrock:Retrieve knowledge-base', ({ ask }) => ask()),
  later('indexer bedrock:IngestKnowledgeBaseDocuments knowledge-base', ({ save }) => save()),
  later('indexer bedrock:StartIngestionJob knowledge-base', ({ save }) => save()),
  later('indexer bedrock:DeleteKnowledgeBaseDocuments knowledge-base', ({ saveAndRemove }) => saveAndRemove()),
  later('indexing bedrock:IngestKnowledgeBaseDocuments knowledge-base', ({ rebuild }) => rebuild()),
  later('indexing bedrock:StartIngestionJob knowledge-base', ({ rebuild }) => rebuild()),
  later('indexing bedrock:DeleteKnowledgeBaseDocuments knowledge-base', ({ rebuild, leaveEntryBehind }) =>
    leaveEntryBehind().then(() => rebuild()),
  ),
];
