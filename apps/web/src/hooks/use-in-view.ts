/** On a narrow page columns are below each other: what was opened is scrolled to. */

import { type RefObject, useEffect, useRef } from 'react';

/** As in `base.css`. */
const NARROW = '(max-width: 60rem)';

/** Scrolls to the element when `opened` changes, not when the page is new. */
export function useInView(element: RefObject<HTMLElement | null>, opened: string): void {
  const before = useRef(opened);
  useEffect(() => {
    if (before.current === opened) return;
    before.current = opened;
    if (window.matchMedia(NARROW).matches) element.current?.scrollIntoView();
  }, [element, opened]);
}
