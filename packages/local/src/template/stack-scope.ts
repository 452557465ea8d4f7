/**
 * What the names in one stack mean: parameters, pseudo parameters, conditions, mappings, resources and, through the world, the outputs
 * of other stacks. Everything is worked out when it is first asked for and kept, so the order of a template does not matter; a name that
 * leads back to itself is reported as the circle it is.
 */
import type { Environment } from '../parts.js';
import type { StackTemplate, TemplateResource } from './assembly.js';
import { kindOf, type ResourceFacts } from './attributes.js';
import { evaluate, evaluateCondition, noValue, type Scope } from './intrinsics.js';
import { generatedUuid } from './names.js';
import { inside, type Place, templateError } from './template-error.js';

/** What a stack may ask about the other stacks of its assembly. */
export interface World {
  /** Account and region of a stack. */
  environmentOf(stack: StackTemplate): Environment;
  /** Values for template parameters, over their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
  /** A value that a stack of this account exports. */
  exportedValue(name: string, accountId: string, place: Place): unknown;
  outputOf(stackName: string, outputName: string, place: Place): unknown;
}

export class StackScope implements Scope {
  readonly environment: Environment;
  readonly #mentions = new Map<string, Set<string>>();
  readonly #stack: StackTemplate;
  readonly #world: World;
  readonly #kept = new Map<string, unknown>();
  readonly #open = new Set<string>();

  constructor(stack: StackTemplate, world: World) {
    this.#stack = stack;
    this.#world = world;
    this.environment = world.environmentOf(stack);
  }

  get region(): string {
    return this.environment.region;
  }

  get name(): string {
    return this.#stack.name;
  }

  /** Resources whose condition holds and whose type the stage knows. */
  knownResources(): (readonly [string, TemplateResource])[] {
    return this.#liveResources().filter(([, resource]) => kindOf(resource.Type) !== undefined);
  }

  unknownTypes(): string[] {
    return this.#liveResources()
      .map(([, resource]) => resource.Type)
      .filter((type) => kindOf(type) === undefined && type !== 'AWS::CDK::Metadata');
  }

  /** Ids of the outputs whose condition holds. */
  outputIds(): string[] {
    const outputs = Object.entries(this.#stack.template.Outputs ?? {});
    return outputs.filter(([id, output]) => this.#holds(output.Condition, this.#at('Outputs', id))).map(([id]) => id);
  }

  /** The value of an output, as text. */
  output(id: string): string {
    return this.#once(`Outputs.${id}`, this.#at('Outputs', id), (place) => {
      const value = evaluate(this.#stack.template.Outputs?.[id]?.Value, this, inside(place, 'Value'));
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    });
  }

  /** `[export name, output id]` of every exported output. */
  exports(): (readonly [string, string])[] {
    return this.outputIds().flatMap((id) => {
      const exported = this.#stack.template.Outputs?.[id]?.Export;
      if (exported === undefined) return [];
      return [[String(evaluate(exported.Name, this, inside(this.#at('Outputs', id), 'Export'))), id] as const];
    });
  }

  /** All properties of a resource, evaluated. */
  properties(logicalId: string): Record<string, unknown> {
    const place = inside(this.#at('Resources', logicalId), 'Properties');
    return evaluate(this.#stack.template.Resources?.[logicalId]?.Properties ?? {}, this, place) as Record<string, unknown>;
  }

  /** Logical ids that a resource mentions, known once its properties were evaluated, and those it names in `DependsOn`. */
  dependencies(logicalId: string): string[] {
    const declared = this.#stack.template.Resources?.[logicalId]?.DependsOn ?? [];
    return [...(this.#mentions.get(logicalId) ?? []), ...(typeof declared === 'string' ? [declared] : declared)];
  }

  /** The value of `Ref` on a resource. */
  physicalId(logicalId: string, place: Place = this.#at('Resources', logicalId)): string {
    const resource = this.#resource(logicalId, place);
    return this.#once(`Ref ${logicalId}`, place, () => kindOf(resource.Type)?.ref(this.#facts(logicalId)) ?? `${this.name}-${logicalId}`);
  }

  ref(name: string, place: Place): unknown {
    if (name.startsWith('AWS::')) return this.#pseudoParameter(name, place);
    if (this.#stack.template.Parameters?.[name] !== undefined) return this.#parameter(name, place);
    this.#mention(name, place);
    return this.physicalId(name, place);
  }

  attribute(logicalId: string, attribute: string, place: Place): string {
    this.#mention(logicalId, place);
    const resource = this.#resource(logicalId, place);
    const ref = this.physicalId(logicalId, place);
    const kind = kindOf(resource.Type);
    if (kind === undefined) return attributeOfUnknown(resource.Type, ref, attribute, this.environment);
    const rule = Object.hasOwn(kind.attributes, attribute) ? kind.attributes[attribute] : undefined;
    if (rule === undefined) {
      const known = Object.keys(kind.attributes).join(', ') || 'none';
      throw templateError(place, `${resource.Type} ${logicalId} has no attribute ${attribute} here; known: ${known}`);
    }
    return rule(this.#facts(logicalId), ref);
  }

  condition(name: string, place: Place): boolean {
    const expression = this.#stack.template.Conditions?.[name];
    if (expression === undefined) throw templateError(place, `condition ${name} is not declared in the stack; add it to Conditions`);
    return this.#once(`Conditions.${name}`, place, () => evaluateCondition(expression, this, this.#at('Conditions', name)));
  }

  mapping(name: string, place: Place): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    const mapping = this.#stack.template.Mappings?.[name];
    if (mapping === undefined) throw templateError(place, `mapping ${name} is not declared in the stack; add it to Mappings`);
    return mapping;
  }

  importValue(exportName: string, place: Place): unknown {
    return this.#world.exportedValue(exportName, this.environment.accountId, place);
  }

  stackOutput(stackName: string, outputName: string, place: Place): unknown {
    return this.#world.outputOf(stackName, outputName, place);
  }

  #liveResources(): (readonly [string, TemplateResource])[] {
    const resources = Object.entries(this.#stack.template.Resources ?? {});
    return resources.filter(([id, resource]) => this.#holds(resource.Condition, this.#at('Resources', id)));
  }

  #resource(logicalId: string, place: Place): TemplateResource {
    const resource = this.#stack.template.Resources?.[logicalId];
    if (resource === undefined) {
      throw templateError(place, `${logicalId} is neither a resource nor a parameter of the stack; check the logical id`);
    }
    if (!this.#holds(resource.Condition, place)) {
      throw templateError(
        place,
        `${logicalId} does not exist because its condition ${resource.Condition} is false; wrap the reference in Fn::If`,
      );
    }
    return resource;
  }

  #facts(logicalId: string): ResourceFacts {
    const place = this.#at('Resources', logicalId);
    return {
      environment: this.environment,
      stack: this.name,
      logicalId,
      property: (name) => {
        const at = inside(inside(place, 'Properties'), name);
        const value = evaluate(this.#stack.template.Resources?.[logicalId]?.Properties?.[name], this, at);
        return value === noValue ? undefined : value;
      },
    };
  }

  #pseudoParameter(name: string, place: Place): unknown {
    const { accountId, region, partition } = this.environment;
    switch (name) {
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.name;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${this.name}/${generatedUuid(this.name, '')}`;
      case 'AWS::NotificationARNs':
        return [];
      case 'AWS::NoValue':
        return noValue;
      default:
        throw templateError(place, `unknown pseudo parameter ${name}`);
    }
  }

  /** A parameter of an SSM type keeps its default, the name of the SSM parameter: no Parameter Store is read. */
  #parameter(name: string, place: Place): unknown {
    const { Type: type = 'String', Default: fallback } = this.#stack.template.Parameters?.[name] ?? {};
    const value = Object.hasOwn(this.#world.parameters, name) ? this.#world.parameters[name] : fallback;
    if (value === undefined) {
      throw templateError(place, `parameter ${name} has no default; give it in "parameters" when the stage is started`);
    }
    const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
    return isList
      ? String(value)
          .split(',')
          .map((item) => item.trim())
      : String(value);
  }

  #holds(condition: string | undefined, place: Place): boolean {
    return condition === undefined || this.condition(condition, place);
  }

  #mention(logicalId: string, place: Place): void {
    const [section, owner] = place.owner.split('.');
    if (section !== 'Resources' || owner === undefined) return;
    const mentioned = this.#mentions.get(owner) ?? new Set();
    this.#mentions.set(owner, mentioned.add(logicalId));
  }

  #at(section: string, id: string): Place {
    return { stack: this.name, owner: `${section}.${id}`, path: '' };
  }

  #once<TValue>(key: string, place: Place, work: (place: Place) => TValue): TValue {
    if (this.#kept.has(key)) return this.#kept.get(key) as TValue;
    if (this.#open.has(key)) throw templateError(place, `circular reference: ${[...this.#open, key].join(' -> ')}`);
    this.#open.add(key);
    try {
      const value = work(place);
      this.#kept.set(key, value);
      return value;
    } finally {
      this.#open.delete(key);
    }
  }
}

/** A stand-in, so that an output about an ignored resource (a distribution's domain name) does not stop the stage. */
function attributeOfUnknown(type: string, ref: string, attribute: string, environment: Environment): string {
  const service = type.split('::')[1]?.toLowerCase() ?? 'unknown';
  if (attribute !== 'Arn') return `${ref}.${attribute}`;
  return `arn:${environment.partition}:${service}:${environment.region}:${environment.accountId}:${ref}`;
}
