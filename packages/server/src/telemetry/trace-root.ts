/** The root in X-Ray's header. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */

/** `1-…` of `Root=1-…;Parent=…;Sampled=…`, whose fields may be in any order. */
export function rootOf(header: string | undefined): string | undefined {
  return /(?:^|;)\s*Root=([\w-]{1,64})/.exec(header ?? '')?.[1];
}
