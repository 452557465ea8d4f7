/**
 * Where a deployed resource is: the value of its environment variable, per kind. Infra writes it, the runtime reads it; both go by this
 * file.
 *
 * | kind            | value                                                                    |
 * | --------------- | ------------------------------------------------------------------------ |
 * | table, bucket   | its name                                                                 |
 * | index           | `https://DOMAIN-ENDPOINT` of the domain                                  |
 * | answers         | `kendra:INDEX-ID`, or `knowledge-base:KNOWLEDGE-BASE-ID:DATA-SOURCE-ID`  |
 * | model           | the endpoint's name                                                      |
 * | graph           | the API's URL; with an API key `URL#KEY`                                 |
 * | bus             | the topic's ARN, or the table's name                                     |
 * | function        | the function's name                                                      |
 * | topics          | the topics table's name                                                  |
 */

import type { AnswersProvider } from './answers.js';

/** Where answers come from. */
export interface AnswersLocation {
  readonly provider: AnswersProvider;
  /** Of the index or knowledge base. */
  readonly id: string;
  /** Of the knowledge base's custom data source; empty for Kendra. */
  readonly dataSourceId: string;
}

/** Writes the location of answers. */
export function formatAnswersLocation({ provider, id, dataSourceId }: AnswersLocation): string {
  return provider === 'kendra' ? `kendra:${id}` : `knowledge-base:${id}:${dataSourceId}`;
}

/**
 * Reads the location of answers.
 *
 * @throws Error for a text of another form.
 */
export function parseAnswersLocation(text: string): AnswersLocation {
  const [provider, id = '', dataSourceId = ''] = text.split(':');
  if (provider === 'kendra' && id !== '') return { provider, id, dataSourceId: '' };
  if (provider === 'knowledge-base' && id !== '' && dataSourceId !== '') return { provider, id, dataSourceId };
  throw new Error(
    `[ENV] bad location of answers: got "${text}", expected "kendra:INDEX" or "knowledge-base:ID:DATASOURCE"; the deployment sets it`,
  );
}
