/**
 * CORS rules of a bucket, applied to preflights and to actual requests.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 */

/** A rule with the property names of CloudFormation's `AWS::S3::Bucket CorsRule`. */
export interface CorsRule {
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders?: readonly string[];
  readonly ExposedHeaders?: readonly string[];
  /** Seconds. */
  readonly MaxAge?: number;
}

export interface CorsRequest {
  readonly origin: string;
  /** Of the actual request: for a preflight `Access-Control-Request-Method`. */
  readonly method: string;
  /** Only of a preflight: `Access-Control-Request-Headers`. */
  readonly requestHeaders?: string | undefined;
}

/** Response headers of the first rule that matches, `undefined` when none does. */
export function corsHeaders(rules: readonly CorsRule[], request: CorsRequest): Record<string, string> | undefined {
  const asked = (request.requestHeaders ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = rules.find((each) => matches(each, request, asked));
  if (!rule) return undefined;
  const any = rule.AllowedOrigins.includes('*');
  return {
    'access-control-allow-origin': any ? '*' : request.origin,
    'access-control-allow-methods': rule.AllowedMethods.join(', '),
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
    ...(rule.ExposedHeaders?.length && { 'access-control-expose-headers': rule.ExposedHeaders.join(', ') }),
    ...(rule.MaxAge !== undefined && { 'access-control-max-age': String(rule.MaxAge) }),
    ...(!any && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function matches(rule: CorsRule, request: CorsRequest, asked: readonly string[]): boolean {
  return (
    rule.AllowedMethods.includes(request.method) &&
    rule.AllowedOrigins.some((pattern) => matchesPattern(pattern, request.origin)) &&
    asked.every((name) => (rule.AllowedHeaders ?? []).some((pattern) => matchesPattern(pattern.toLowerCase(), name)))
  );
}

/** At most one `*` stands for any text. */
function matchesPattern(pattern: string, text: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}

/** The rules of a bucket's `CorsConfiguration`, `[]` when there are none. Throws a sentence for what is not a rule. */
export function readCorsConfiguration(configuration: unknown): readonly CorsRule[] {
  if (configuration === undefined) return [];
  const rules = (configuration as { CorsRules?: unknown }).CorsRules;
  if (!Array.isArray(rules)) throw new Error('CorsConfiguration: expected CorsRules to be a list');
  return rules.map((rule: unknown, index) => {
    const { AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders, MaxAge } = rule as Record<string, unknown>;
    const text = (name: string, value: unknown): readonly string[] => {
      if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
      throw new Error(`CorsConfiguration.CorsRules[${index}].${name}: expected a list of strings, got ${JSON.stringify(value)}`);
    };
    return {
      AllowedOrigins: text('AllowedOrigins', AllowedOrigins),
      AllowedMethods: text('AllowedMethods', AllowedMethods),
      ...(AllowedHeaders !== undefined && { AllowedHeaders: text('AllowedHeaders', AllowedHeaders) }),
      ...(ExposedHeaders !== undefined && { ExposedHeaders: text('ExposedHeaders', ExposedHeaders) }),
      ...(MaxAge !== undefined && { MaxAge: Number(MaxAge) }),
    };
  });
}
