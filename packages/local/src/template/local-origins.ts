/**
 * Makes resolved stacks local: `https://API.execute-api.REGION.amazonaws.com` and its `wss:` form become the origin that the API listens
 * on, SQS queue URLs the origin of the AWS endpoint (the SQS client calls the host in the queue URL, not its endpoint), `https://` and the
 * endpoint of an OpenSearch domain the path below the AWS endpoint where it answers, a GraphQL API's URL likewise, the
 * URL of the OpenID Connect issuer that of the stage's own, and the stream ARNs of the template those that the tables really got. Everything else stays as AWS writes it: ids, other ARNs, bare host names.
 */
import type { ResolvedResource, ResolvedStack } from '../parts.js';
import { domainUrl } from '../services/opensearch/domain-path.js';

export interface LocalOrigins {
  /** `127.0.0.1:PORT` by API id. */
  readonly apis: ReadonlyMap<string, string>;
  /** `http://127.0.0.1:PORT` of the AWS endpoint. */
  readonly awsUrl: string;
  /** The URL of the issuer in the templates, and what it becomes. @default there is none */
  readonly issuer?: { readonly placeholder: string; readonly url: string };
  /** The ARN of a table's stream by the one the template resolved to. */
  readonly streamArns: ReadonlyMap<string, string>;
}

/** The same stacks with local values in properties, outputs and `Ref`s. */
export function withLocalOrigins(stacks: readonly ResolvedStack[], origins: LocalOrigins): ResolvedStack[] {
  return stacks.map((stack) => ({
    ...stack,
    resources: stack.resources.map((resource) => localResource(resource, origins)),
    outputs: mapStrings(stack.outputs, origins) as Record<string, string>,
  }));
}

function localResource(resource: ResolvedResource, origins: LocalOrigins): ResolvedResource {
  return {
    ...resource,
    physicalId: localText(resource.physicalId, origins),
    properties: mapStrings(resource.properties, origins) as Record<string, unknown>,
  };
}

function mapStrings(value: unknown, origins: LocalOrigins): unknown {
  if (typeof value === 'string') return localText(value, origins);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, origins));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, origins)]));
}

const apiOrigin = /\b(https?|wss?):\/\/([a-z0-9]{10})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?!\.?[a-z0-9-])/g;
/** A GraphQL API answers on the AWS endpoint, below its id. */
const graphqlOrigin = /\bhttps:\/\/([a-z0-9]{26})\.appsync-api\.[a-z0-9-]+\.amazonaws\.com(?!\.?[a-z0-9-])/g;
const queueOrigin = /\bhttps:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com(?=\/\d{12}\/)/g;
/** The name of a domain and 26 characters. */
const domainOrigin = /\bhttps:\/\/search-([a-z][a-z0-9-]{2,27})-[a-z0-9]{26}\.[a-z0-9-]+\.es\.amazonaws\.com(?!\.?[a-z0-9-])/g;

const streamArn = /\barn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/[\dT:.-]*\d/g;

function localText(text: string, origins: LocalOrigins): string {
  const { issuer } = origins;
  return localAwsText(issuer === undefined ? text : withIssuer(text, issuer), origins);
}

/** Not the beginning of a longer name. */
function withIssuer(text: string, { placeholder, url }: { readonly placeholder: string; readonly url: string }): string {
  const [first = '', ...rest] = text.split(placeholder);
  return rest.reduce((whole, part) => `${whole}${/^[\w.-]/.test(part) ? placeholder : url}${part}`, first);
}

function localAwsText(text: string, origins: LocalOrigins): string {
  if (text.includes(':dynamodb:')) return text.replace(streamArn, (arn) => origins.streamArns.get(arn) ?? arn);
  if (!text.includes('amazonaws.com')) return text;
  return text
    .replace(apiOrigin, (whole, scheme: string, apiId: string) => {
      const host = origins.apis.get(apiId);
      return host === undefined ? whole : `${scheme.startsWith('ws') ? 'ws' : 'http'}://${host}`;
    })
    .replace(domainOrigin, (_whole, name: string) => domainUrl(origins.awsUrl, name))
    .replace(graphqlOrigin, (_whole, apiId: string) => `${origins.awsUrl}/appsync/${apiId}`)
    .replace(queueOrigin, origins.awsUrl);
}
