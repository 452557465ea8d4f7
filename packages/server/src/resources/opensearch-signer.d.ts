/** The signer of the OpenSearch client without its search for credentials, which would load the SDK's whole chain of providers. */
declare module '@opensearch-project/opensearch/lib/aws/shared.js' {
  import type { AwsSigv4Signer } from '@opensearch-project/opensearch/aws';

  export function giveAwsV4Signer(defaultCredentials: () => Promise<never>): typeof AwsSigv4Signer;
}
