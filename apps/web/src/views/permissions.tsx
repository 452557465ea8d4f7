/** What IAM decided on the local stage, newest first: who asked for what, and why it was allowed or denied. */

import { useState } from 'react';
import { describeFailure } from '../gateway.js';
import { useDecisions } from '../hooks/use-decisions.js';
import { callersOf, type Decision, type DecisionFilter, filterDecisions } from '../model/decisions.js';
import { formatAgo } from '../model/format.js';
import { Problem } from './problem.js';

/** Rows at a time. */
const PAGE = 50;

export function Permissions() {
  const { decisions, failure } = useDecisions();
  const [rows, setRows] = useState(PAGE);
  const [filter, setFilter] = useState<DecisionFilter>({ deniedOnly: false, who: undefined });
  if (failure !== undefined) return <Problem message={`The stage does not answer: ${describeFailure(failure)}`} />;
  if (decisions === undefined) return <p className="empty">Loading …</p>;
  const shown = filterDecisions(decisions, filter);
  return (
    <section aria-labelledby="permissions-title">
      <h2 id="permissions-title">Permissions</h2>
      <Filters filter={filter} onFilter={setFilter} callers={callersOf(decisions)} />
      {shown.length === 0 ? <p className="empty">No decision of this kind yet. Use the page, and look again.</p> : null}
      <ol className="decisions" data-testid="decisions">
        {shown.slice(0, rows).map((decision, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same decision may be made twice in a millisecond.
          <DecisionRow key={`${decision.atMs}/${at}`} decision={decision} />
        ))}
      </ol>
      {shown.length > rows ? (
        <button type="button" onClick={() => setRows(rows + PAGE)}>
          Show more of {shown.length}
        </button>
      ) : null}
    </section>
  );
}

interface FiltersProps {
  readonly filter: DecisionFilter;
  readonly onFilter: (filter: DecisionFilter) => void;
  readonly callers: readonly string[];
}

function Filters({ filter, onFilter, callers }: FiltersProps) {
  return (
    <div className="filters">
      <label className="field">
        Role
        <select
          data-testid="decision-role"
          value={filter.who ?? ''}
          onChange={({ target }) => onFilter({ ...filter, who: target.value || undefined })}
        >
          <option value="">Everybody</option>
          {callers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="check">
        <input
          type="checkbox"
          data-testid="denied-only"
          checked={filter.deniedOnly}
          onChange={({ target }) => onFilter({ ...filter, deniedOnly: target.checked })}
        />
        Denied only
      </label>
    </div>
  );
}

function DecisionRow({ decision }: { readonly decision: Decision }) {
  const { atMs, who, action, resource, allowed, explanation } = decision;
  return (
    <li className="decision" data-testid="decision-row" data-allowed={allowed}>
      <p>
        <span className={allowed ? 'verdict good' : 'verdict bad'}>{allowed ? 'allowed' : 'denied'}</span> <strong>{action}</strong>{' '}
        <span className="row-facts">{formatAgo(atMs, Date.now())}</span>
      </p>
      <p className="arn">{resource}</p>
      <p className="row-facts">
        {who} · {explanation}
      </p>
    </li>
  );
}
