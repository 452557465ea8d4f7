/** How deep a query goes: the limit that an API can set. https://docs.aws.amazon.com/appsync/latest/devguide/configuration-limits.html */
import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

/** Levels of fields of a valid operation: `{ a { b } }` has two. Introspection does not count. */
export function depthOf(operation: OperationDefinitionNode, document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const known = measured.get(name) ?? levels(fragments.get(name)?.selectionSet, ofFragment);
    measured.set(name, known);
    return known;
  };
  return levels(operation.selectionSet, ofFragment);
}

function levels(selectionSet: SelectionSetNode | undefined, ofFragment: (name: string) => number): number {
  const depths = (selectionSet?.selections ?? []).map((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value.startsWith('__') ? 0 : 1 + levels(selection.selectionSet, ofFragment);
      case Kind.INLINE_FRAGMENT:
        return levels(selection.selectionSet, ofFragment);
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value);
      default:
        return selection satisfies never;
    }
  });
  return Math.max(0, ...depths);
}
