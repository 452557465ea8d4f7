/** The search box: results while typing, a counted search with Enter, empty again with Escape. Empty, it offers what others search for. */

import { type FocusEvent, type FormEvent, type KeyboardEvent, useState } from 'react';
import { PopularSearches } from './popular-searches.js';

interface Props {
  readonly text: string;
  /** @param isTyping the last word may go on */
  readonly onText: (text: string, isTyping: boolean) => void;
}

export function SearchBox({ text, onText }: Props) {
  const [isFocused, setFocused] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onText(text, false);
  };
  const clearOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onText('', true);
  };
  const leave = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!currentTarget.contains(relatedTarget)) setFocused(false);
  };
  return (
    <search className="search" onFocus={() => setFocused(true)} onBlur={leave}>
      <form onSubmit={submit} onKeyDown={clearOnEscape}>
        <input
          type="search"
          className="search-box"
          data-testid="search-box"
          aria-label="Search documents"
          placeholder="Search documents"
          autoComplete="off"
          maxLength={200}
          value={text}
          onChange={(event) => onText(event.target.value, true)}
        />
      </form>
      {isFocused && text === '' ? <PopularSearches onChoose={(words) => onText(words, false)} /> : null}
    </search>
  );
}
