/** The tool that is open. */

import type { Tool } from '../model/hash-route.js';
import { Ask } from './ask.js';
import { Chat } from './chat.js';
import { Classify } from './classify.js';
import { Graph } from './graph.js';
import { Permissions } from './permissions.js';

export function ToolPane({ tool, folder }: { readonly tool: Tool; readonly folder: string | undefined }) {
  switch (tool) {
    case 'ask':
      return <Ask folder={folder} />;
    case 'chat':
      return <Chat />;
    case 'classify':
      return <Classify />;
    case 'graph':
      return <Graph folder={folder} />;
    case 'permissions':
      return <Permissions />;
    default:
      return tool satisfies never;
  }
}
