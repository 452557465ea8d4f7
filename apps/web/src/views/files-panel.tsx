/** Files: drop or choose them, watch them upload, download or delete them. */

import { type DragEvent, useState } from 'react';
import { describeFailure, useGateway } from '../gateway.js';
import { uploadFile } from '../hooks/upload-file.js';
import { useFiles } from '../hooks/use-files.js';
import { formatBytes } from '../model/format.js';
import { Problem } from './problem.js';

interface Upload {
  readonly name: string;
  readonly fraction: number;
}

export function FilesPanel() {
  const gateway = useGateway();
  const { items, failure: listFailure, reload } = useFiles();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [failure, setFailure] = useState<unknown>();

  const upload = async (file: File) => {
    const progress = (fraction: number) =>
      setUploads((all) => [...all.filter(({ name }) => name !== file.name), { name: file.name, fraction }]);
    setFailure(undefined);
    progress(0);
    try {
      await uploadFile(gateway, file, progress);
      reload();
    } catch (error) {
      setFailure(error);
    } finally {
      setUploads((all) => all.filter(({ name }) => name !== file.name));
    }
  };
  const retry = () => {
    setFailure(undefined);
    reload();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    for (const file of event.dataTransfer.files) void upload(file);
  };
  const download = (key: string) => gateway.files.get.query({ key }).then(({ url }) => window.open(url, '_blank', 'noopener'), setFailure);
  const remove = (key: string) => gateway.files.remove.mutate({ key }).then(reload, setFailure);

  return (
    <section aria-labelledby="files-title" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <h2 id="files-title">Files</h2>
      <label className="drop">
        Drop files here or choose some
        <input
          type="file"
          multiple
          data-testid="upload-input"
          onChange={(event) => [...(event.target.files ?? [])].forEach((file) => void upload(file))}
        />
      </label>
      {uploads.map(({ name, fraction }) => (
        <label key={name} className="field">
          {name}
          <progress max={1} value={fraction} />
        </label>
      ))}
      {failure === undefined && listFailure === undefined ? null : (
        <Problem message={describeFailure(failure ?? listFailure)} onRetry={retry} />
      )}
      <ul className="rows" data-testid="file-list">
        {items.map((file) => (
          <li key={file.key} className="file" data-testid="file-row">
            <span className="row-title">{file.name}</span>
            <span className="row-facts">{formatBytes(file.bytes)}</span>
            <button type="button" onClick={() => void download(file.key)} aria-label={`Download ${file.name}`}>
              ↓
            </button>
            <button type="button" onClick={() => void remove(file.key)} aria-label={`Delete ${file.name}`}>
              ×
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
