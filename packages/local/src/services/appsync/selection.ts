/**
 * What a caller selected of a field, in the two forms that resolvers get.
 * https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference.html#aws-appsync-resolver-context-reference-info
 */
import { type FieldNode, type GraphQLResolveInfo, Kind, print, type SelectionSetNode } from 'graphql';

/** Paths of all selected fields, with `/` between the steps: `author`, `author/name`. Aliased fields go by their alias. */
export function selectionSetList({ fieldNodes, fragments }: GraphQLResolveInfo): string[] {
  const paths = new Set<string>();
  const visit = (selectionSet: SelectionSetNode | undefined, prefix: string): void => {
    for (const selection of selectionSet?.selections ?? []) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const path = `${prefix}${nameOf(selection)}`;
          paths.add(path);
          visit(selection.selectionSet, `${path}/`);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          visit(selection.selectionSet, prefix);
          break;
        case Kind.FRAGMENT_SPREAD:
          visit(fragments[selection.name.value]?.selectionSet, prefix);
          break;
        default:
          selection satisfies never;
      }
    }
  };
  for (const { selectionSet } of fieldNodes) visit(selectionSet, '');
  return [...paths];
}

/** The selection as text, empty for a field without one. */
export function selectionSetGraphQL({ fieldNodes }: GraphQLResolveInfo): string {
  return fieldNodes.map(({ selectionSet }) => (selectionSet === undefined ? '' : print(selectionSet))).join('\n');
}

function nameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
