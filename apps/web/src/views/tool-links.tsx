/** What can be opened beside documents. What this stage does not have is not offered. */

import { useRuntimeConfig } from '../gateway.js';
import { useDecisionsOffered } from '../hooks/use-decisions.js';
import { type Tool, writeHash } from '../model/hash-route.js';

export function ToolLinks({ folder, tool }: { readonly folder: string | undefined; readonly tool: Tool | undefined }) {
  const { hasGraph } = useRuntimeConfig();
  const hasDecisions = useDecisionsOffered();
  const links: readonly (readonly [Tool, string, boolean])[] = [
    ['ask', 'Ask', true],
    ['chat', 'Chat', true],
    ['classify', 'Classify', true],
    ['graph', 'Graph', hasGraph],
    ['permissions', 'Permissions', hasDecisions],
  ];
  return (
    <nav className="tools" aria-label="Tools">
      {links
        .filter(([, , isOffered]) => isOffered)
        .map(([name, words]) => (
          <a
            key={name}
            href={writeHash({ folder, documentId: undefined, tool: name })}
            aria-current={tool === name ? 'page' : undefined}
            data-testid={`tool-${name}`}
          >
            {words}
          </a>
        ))}
    </nav>
  );
}
