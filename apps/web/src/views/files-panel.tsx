/** Files: drop or choose them, watch them upload, download or delete them. */

import { type ChangeEvent, type DragEvent, useEffect, useState } from 'react';
import { describeFailure, useCanWrite, useGateway } from '../gateway.js';
import { useFiles } from '../hooks/use-files.js';
import { useUploads } from '../hooks/use-uploads.js';
import type { FileInfo } from '../model/document-types.js';
import { formatBytes } from '../model/format.js';
import { uploadProblem } from '../model/upload-limits.js';
import { Problem } from './problem.js';
import { SignInHint } from './sign-in-hint.js';
import { UploadRow } from './upload-row.js';

/** @param lastFile changes when somebody's upload is done */
export function FilesPanel({ lastFile }: { readonly lastFile: string | undefined }) {
  const gateway = useGateway();
  const canWrite = useCanWrite();
  const { items, failure: listFailure, reload } = useFiles();
  const { uploads, add, cancel, resume } = useUploads(reload);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (lastFile !== undefined) reload();
  }, [lastFile, reload]);

  const addAll = (files: Iterable<File>) => {
    const chosen = [...files];
    const problems = chosen.flatMap((file) => uploadProblem(file) ?? []);
    setProblem(problems.length === 0 ? undefined : problems.join(' '));
    for (const file of chosen) if (uploadProblem(file) === undefined) add(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (canWrite) addAll(event.dataTransfer.files);
  };
  // Emptied, so that the same file can be chosen again.
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    addAll(target.files ?? []);
    target.value = '';
  };
  const fail = (failure: unknown) => setProblem(describeFailure(failure));
  const download = (key: string) => gateway.files.get.query({ key }).then(({ url }) => window.open(url, '_blank', 'noopener'), fail);
  const remove = (key: string) => gateway.files.remove.mutate({ key }).then(reload, fail);
  const trouble = problem ?? (listFailure === undefined ? undefined : describeFailure(listFailure));

  return (
    <section aria-labelledby="files-title" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <h2 id="files-title">Files</h2>
      {canWrite ? (
        <label className="drop">
          Drop files here or choose some
          <input type="file" multiple data-testid="upload-input" aria-describedby="upload-limits" onChange={choose} />
          <span id="upload-limits">Any type, up to 5 GB each. Files over 5 MB go in parts and can be resumed.</span>
        </label>
      ) : (
        <SignInHint to="upload files" />
      )}
      {trouble === undefined ? null : (
        <Problem
          message={trouble}
          onRetry={() => {
            setProblem(undefined);
            reload();
          }}
        />
      )}
      <ul className="rows" data-testid="uploads">
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} onCancel={() => cancel(upload.id)} onResume={() => resume(upload.id)} />
        ))}
      </ul>
      <ul className="rows" data-testid="file-list">
        {items.map((file) => (
          <FileRow
            key={file.key}
            file={file}
            onDownload={() => void download(file.key)}
            onRemove={canWrite ? () => void remove(file.key) : undefined}
          />
        ))}
      </ul>
    </section>
  );
}

interface FileRowProps {
  readonly file: FileInfo;
  readonly onDownload: () => void;
  /** Absent for who may not. */
  readonly onRemove: (() => void) | undefined;
}

function FileRow({ file: { name, bytes, contentType }, onDownload, onRemove }: FileRowProps) {
  return (
    <li className="file" data-testid="file-row">
      <span className="row-title" title={`${name}, ${contentType}`}>
        {name}
      </span>
      <span className="row-facts">{formatBytes(bytes)}</span>
      <button type="button" onClick={onDownload} aria-label={`Download ${name}`}>
        ↓
      </button>
      {onRemove === undefined ? null : (
        <button type="button" onClick={onRemove} aria-label={`Delete ${name}`}>
          ×
        </button>
      )}
    </li>
  );
}
