/**
 * A page for the tests of hooks: React on a light DOM, whose globals are there for these tests only, because files of a worker share theirs.
 */

import { notifyManager } from '@tanstack/react-query';
import { Window } from 'happy-dom';
import { act, createElement, type FunctionComponent, StrictMode } from 'react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { afterAll, afterEach, beforeAll } from 'vitest';

const NAMES = ['window', 'document', 'IS_REACT_ACT_ENVIRONMENT'] as const;

/** A component that is there, in StrictMode. */
export interface Mounted {
  /** What it shows. */
  text(): string;
  unmount(): Promise<void>;
}

/** A page, made anew for the file; components are gone after each test. */
export interface TestPage {
  /** Draws a component where a server may have drawn it before. */
  mount(component: FunctionComponent, html?: string): Promise<Mounted>;
}

export function testPage(): TestPage {
  const globals = globalThis as Record<string, unknown>;
  const window = new Window();
  let roots: Root[] = [];
  beforeAll(() => {
    // Not in a timer, which no test could wait for.
    notifyManager.setScheduler(queueMicrotask);
    Object.assign(globals, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
  });
  afterEach(async () => {
    await act(async () => {
      for (const root of roots) root.unmount();
    });
    roots = [];
  });
  afterAll(async () => {
    for (const name of NAMES) delete globals[name];
    await window.happyDOM.close();
  });
  return {
    async mount(component, html) {
      const container = window.document.createElement('div');
      if (html !== undefined) container.innerHTML = html;
      window.document.body.append(container);
      const { createRoot } = await import('react-dom/client');
      const place = container as unknown as Element;
      const element = createElement(StrictMode, null, createElement(component));
      const root = await act(async () => {
        if (html !== undefined) return hydrateRoot(place, element);
        const made = createRoot(place);
        made.render(element);
        return made;
      });
      roots.push(root);
      return {
        text: () => container.textContent ?? '',
        unmount: () => act(async () => root.unmount()),
      };
    },
  };
}
