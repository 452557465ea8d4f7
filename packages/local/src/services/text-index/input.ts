/** Members of requests to the services that answer questions, checked. Every failure is a `ValidationException`. */
import { AwsError } from '../../wire/aws-error.js';

/** A JSON object of a request. */
export type Input = Readonly<Record<string, unknown>>;

export function validationException(message: string): AwsError {
  return new AwsError({ code: 'ValidationException', message, statusCode: 400 });
}

/** AWS's sentence for a member that is not as the model says. */
function constraint(name: string, value: unknown, what: string): AwsError {
  const shown = typeof value === 'string' ? value.slice(0, 100) : (JSON.stringify(value) ?? 'null').slice(0, 100);
  return validationException(
    `1 validation error detected: Value '${shown}' at '${name}' failed to satisfy constraint: Member must ${what}`,
  );
}

export function objectMember(input: Input, name: string): Input {
  const value = input[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw constraint(name, value, 'not be null');
  return value as Input;
}

/** The same, `{}` when absent. */
export function optionalObject(input: Input, name: string): Input {
  return input[name] === undefined || input[name] === null ? {} : objectMember(input, name);
}

/** Refuses members that would have no effect here, unless they are empty. */
export function serveOnly(input: Input, names: readonly string[]): void {
  const isEmpty = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  const others = Object.keys(input).filter((name) => !names.includes(name) && !isEmpty(input[name]));
  if (others.length > 0) throw validationException(`The local stage does not serve ${others.join(', ')}.`);
}

/** A text. @param maxLength in characters */
export function textMember(input: Input, name: string, maxLength: number): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw constraint(name, value, 'have length greater than or equal to 1');
  if (value.length > maxLength) throw constraint(name, value, `have length less than or equal to ${maxLength}`);
  return value;
}

/** The text, `undefined` when absent. */
export function optionalText(input: Input, name: string, maxLength: number): string | undefined {
  return input[name] === undefined || input[name] === null ? undefined : textMember(input, name, maxLength);
}

/** A whole number within bounds. @param fallback when absent */
export function numberMember(input: Input, name: string, { min, max, fallback }: { min: number; max: number; fallback: number }): number {
  const value = input[name];
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min)
    throw constraint(name, value, `have value greater than or equal to ${min}`);
  if (value > max) throw constraint(name, value, `have value less than or equal to ${max}`);
  return value;
}

/** A list of objects. */
export function objectsMember(input: Input, name: string, maxLength: number): Input[] {
  const value = input[name];
  if (!Array.isArray(value) || value.length === 0) throw constraint(name, value, 'have length greater than or equal to 1');
  if (value.length > maxLength) throw constraint(name, value, `have length less than or equal to ${maxLength}`);
  return value.map((_, index) => objectMember(value as unknown as Input, String(index)));
}

/** A list of texts. */
export function textsMember(input: Input, name: string, { maxItems, maxLength }: { maxItems: number; maxLength: number }): string[] {
  const value = input[name];
  if (!Array.isArray(value) || value.length === 0) throw constraint(name, value, 'have length greater than or equal to 1');
  if (value.length > maxItems) throw constraint(name, value, `have length less than or equal to ${maxItems}`);
  return value.map((_, index) => textMember(value as unknown as Input, String(index), maxLength));
}
