/** Which folder is shown. A change in a folder that is not listed yet loads the list again. */

import { useEffect, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { goTo } from '../hooks/use-hash-route.js';
import type { Change } from '../model/document-types.js';
import { Problem } from './problem.js';

export function FolderList({ folder, lastChange }: { readonly folder: string | undefined; readonly lastChange: Change | undefined }) {
  const gateway = useGateway();
  const [folders, setFolders] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<unknown>();
  const [round, setRound] = useState(0);
  const isNew = lastChange !== undefined && !folders.includes(lastChange.document.folder);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new folder, or `round`, asks for another load.
  useEffect(() => {
    setFailure(undefined);
    gateway.documents.folders.query().then((answer) => setFolders(answer.folders), setFailure);
  }, [gateway, isNew, round]);

  if (failure !== undefined) return <Problem message={describeFailure(failure)} onRetry={() => setRound((at) => at + 1)} />;
  return (
    <label className="field">
      Folder
      <select
        data-testid="folder-list"
        value={folder ?? '*'}
        onChange={(event) => goTo({ folder: event.target.value === '*' ? undefined : event.target.value, documentId: undefined })}
      >
        <option value="*">All folders</option>
        {folders.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
