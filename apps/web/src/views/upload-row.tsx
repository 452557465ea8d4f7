/** An upload under way: how far it is, why it stopped, and what can be done about it. */

import { describeFailure } from '../gateway.js';
import { formatBytes } from '../model/format.js';
import { sentFraction, type Upload } from '../model/uploads.js';

interface Props {
  readonly upload: Upload;
  readonly onCancel: () => void;
  readonly onResume: () => void;
}

export function UploadRow({ upload, onCancel, onResume }: Props) {
  const { name, phase } = upload;
  return (
    <li className="upload" data-testid="upload" data-phase={phase}>
      <span className="row-title" title={name}>
        {name}
      </span>
      <progress max={1} value={sentFraction(upload)} aria-label={`Upload of ${name}`} />
      <p className="row-facts" aria-live="polite">
        {words(upload)}
      </p>
      <div className="actions">
        {phase === 'stopped' ? (
          <button type="button" data-testid="resume-upload" onClick={onResume}>
            {upload.waitsForNetwork ? 'Resume' : 'Try again'}
          </button>
        ) : null}
        {phase === 'finishing' ? null : (
          <button type="button" data-testid="cancel-upload" onClick={onCancel} aria-label={`Cancel the upload of ${name}`}>
            Cancel
          </button>
        )}
      </div>
    </li>
  );
}

function words(upload: Upload): string {
  const { phase, bytes, failure, waitsForNetwork } = upload;
  const percent = Math.floor(sentFraction(upload) * 100);
  switch (phase) {
    case 'sending':
      return `${percent} % of ${formatBytes(bytes)}`;
    case 'finishing':
      return 'Checking …';
    case 'stopped':
      if (waitsForNetwork) return `Connection lost at ${percent} %. It goes on once the page is online again.`;
      return describeFailure(failure);
    default:
      return phase satisfies never;
  }
}
