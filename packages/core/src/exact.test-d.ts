/**
 * The one assertion of the type tests: two types are the same, neither wider nor narrower, and `any` equals only itself.
 */

/** `true` when the two types are identical, `false` otherwise. */
export type Exact<TLeft, TRight> =
  (<TProbe>() => TProbe extends TLeft ? 1 : 2) extends <TProbe>() => TProbe extends TRight ? 1 : 2 ? true : false;

/** Compiles only for types that are the same: `exact<Exact<A, B>>()`. */
export function exact<TSame extends true>(same?: TSame): void {
  void same;
}
