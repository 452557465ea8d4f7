/**
 * Reads endpoints, their configurations and models out of resolved stacks.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpointconfig.html
 *
 * What runs for a model is the script in its metadata (`local-stage:container`); images are not run. Shadow variants, multi-model endpoints,
 * inference pipelines, components and data capture are not read.
 */
import type { ResolvedResource, ResolvedStack } from '../../parts.js';

/** A model behind an endpoint. */
export interface ModelDefinition {
  readonly name: string;
  /** Absolute path of the Node.js program that stands for the image; absent when there is none. */
  readonly script?: string;
  /** What would run on AWS, for messages. */
  readonly image: string;
  /** The container's `Environment`. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface VariantDefinition {
  readonly name: string;
  /** Share of the traffic, in proportion to the other variants'. */
  readonly weight: number;
  readonly serverless: boolean;
  readonly model: ModelDefinition;
}

export interface EndpointDefinition {
  readonly name: string;
  readonly variants: readonly VariantDefinition[];
}

/** All endpoints of the stacks. One that is imported is its own model: what runs for it is in the import's metadata. */
export function readEndpoints(stacks: readonly ResolvedStack[]): readonly EndpointDefinition[] {
  const resources = stacks.flatMap((stack) => stack.resources);
  return resources
    .filter(({ type }) => type === 'AWS::SageMaker::Endpoint')
    .map((endpoint) => {
      const name = nameOf(endpoint, 'EndpointName');
      const configName = endpoint.properties.EndpointConfigName;
      const config = resources.find(
        (each) => each.type === 'AWS::SageMaker::EndpointConfig' && isNamed(each, 'EndpointConfigName', configName),
      );
      const variants = config === undefined ? [] : variantsOf(config, resources);
      return { name, variants: variants.length > 0 ? variants : [importedVariant(name, endpoint)] };
    });
}

/** The ARN as IAM sees it: SageMaker writes names in ARNs in lower case, whatever the endpoint was called. */
export function endpointArn(
  name: string,
  { partition, region, accountId }: { partition: string; region: string; accountId: string },
): string {
  return `arn:${partition}:sagemaker:${region}:${accountId}:endpoint/${name.toLowerCase()}`;
}

function variantsOf(config: ResolvedResource, resources: readonly ResolvedResource[]): VariantDefinition[] {
  const variants = (config.properties.ProductionVariants ?? []) as readonly Readonly<Record<string, unknown>>[];
  return variants.map((variant) => {
    const model = resources.find((each) => each.type === 'AWS::SageMaker::Model' && isNamed(each, 'ModelName', variant.ModelName));
    return {
      name: String(variant.VariantName ?? 'AllTraffic'),
      weight: Number(variant.InitialVariantWeight ?? 1),
      serverless: variant.ServerlessConfig !== undefined,
      model: model === undefined ? unknownModel(String(variant.ModelName)) : modelOf(model),
    };
  });
}

function importedVariant(name: string, endpoint: ResolvedResource): VariantDefinition {
  const model = { ...unknownModel(name), ...scriptOf(endpoint) };
  return { name: 'AllTraffic', weight: 1, serverless: false, model };
}

function modelOf(resource: ResolvedResource): ModelDefinition {
  const { PrimaryContainer, Containers } = resource.properties as { PrimaryContainer?: Container; Containers?: readonly Container[] };
  const container = PrimaryContainer ?? Containers?.[0] ?? {};
  const variables = Object.entries(container.Environment ?? {}).map(([key, value]) => [key, String(value)]);
  return {
    name: nameOf(resource, 'ModelName'),
    image: String(container.Image ?? 'no image'),
    variables: Object.fromEntries(variables) as Record<string, string>,
    ...scriptOf(resource),
  };
}

interface Container {
  readonly Image?: unknown;
  readonly Environment?: Readonly<Record<string, unknown>>;
}

function unknownModel(name: string): ModelDefinition {
  return { name, image: 'an image outside of the assembly', variables: {} };
}

function scriptOf({ metadata }: ResolvedResource): { readonly script?: string } {
  const script = (metadata['local-stage:container'] as { script?: unknown } | undefined)?.script;
  return typeof script === 'string' ? { script } : {};
}

/** `Ref` is an ARN; the name is given, or the last part of it. */
function nameOf(resource: ResolvedResource, property: string): string {
  const given = resource.properties[property];
  return typeof given === 'string' && given !== '' ? given : resource.physicalId.slice(resource.physicalId.lastIndexOf('/') + 1);
}

function isNamed(resource: ResolvedResource, property: string, name: unknown): boolean {
  return nameOf(resource, property) === name || resource.physicalId === name;
}
