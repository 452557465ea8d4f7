/**
 * The GraphQL API over documents and their labels: its schema, and the operations that are sent to it. Times are `Float` because GraphQL's
 * `Int` has 32 bits: https://spec.graphql.org/October2021/#sec-Int.
 */

import { graph, graphOperation } from '@org/gateway-server/service';
import * as z from 'zod';

const SCHEMA = /* GraphQL */ `
type Label {
  label: String!
  probability: Float!
}

type Document {
  id: ID!
  folder: String!
  title: String!
  bytes: Int!
  version: Int!
  "Milliseconds since 1970."
  updatedAtMs: Float!
  "Null until the model has read it."
  label: Label
}

type DocumentPage {
  items: [Document!]!
  nextCursor: String
}

type Query {
  "Newest change first."
  documents(folder: String, limit: Int!, cursor: String): DocumentPage!
  document(id: ID!): Document
}

schema {
  query: Query
}
`;

const FIELDS = 'id folder title bytes version updatedAtMs label { label probability }';

/** What both operations ask of a document. */
const GraphDocument = () =>
  z.object({
    id: z.string(),
    folder: z.string(),
    title: z.string(),
    bytes: z.int(),
    version: z.int(),
    updatedAtMs: z.int(),
    label: z.object({ label: z.string(), probability: z.number() }).nullable(),
  });

export type GraphDocument = z.output<ReturnType<typeof GraphDocument>>;

export const Library = graph('Library', {
  schema: SCHEMA,
  operations: {
    documents: graphOperation({
      document: `query ($folder: String, $limit: Int!, $cursor: String) {
        documents(folder: $folder, limit: $limit, cursor: $cursor) { items { ${FIELDS} } nextCursor }
      }`,
      fields: ['Query.documents'],
      variables: () => z.object({ folder: z.string().optional(), limit: z.int(), cursor: z.string().optional() }),
      data: () => z.object({ documents: z.object({ items: z.array(GraphDocument()), nextCursor: z.string().nullable() }) }),
    }),
    document: graphOperation({
      document: `query ($id: ID!) { document(id: $id) { ${FIELDS} } }`,
      fields: ['Query.document'],
      variables: () => z.object({ id: z.string() }),
      data: () => z.object({ document: GraphDocument().nullable() }),
    }),
  },
});
