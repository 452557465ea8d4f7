/**
 * What is typed into a form, kept while the page is away: signing in leads to the issuer's page and back. It goes into session storage as the
 * page goes, and stays there until its form is closed.
 */

import { useEffect, useState } from 'react';

const placeOf = (name: string) => `gateway.draft ${name}`;

/** Whether something was typed into the form of a name when the page went. */
export function hasDraft(name: string): boolean {
  return sessionStorage.getItem(placeOf(name)) !== null;
}

/** State that begins with the draft of a name, or without one with `initial`. */
export function useDraft<TDraft>(name: string, initial: TDraft): readonly [TDraft, (draft: TDraft) => void] {
  const place = placeOf(name);
  const [draft, setDraft] = useState(() => {
    const kept = sessionStorage.getItem(place);
    return kept === null ? initial : (JSON.parse(kept) as TDraft);
  });
  useEffect(() => {
    const keep = () => sessionStorage.setItem(place, JSON.stringify(draft));
    window.addEventListener('pagehide', keep);
    return () => window.removeEventListener('pagehide', keep);
  }, [place, draft]);
  useEffect(() => () => sessionStorage.removeItem(place), [place]);
  return [draft, setDraft];
}
