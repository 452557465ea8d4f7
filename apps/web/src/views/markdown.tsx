/**
 * Shows Markdown. The renderer is loaded with the first document; whatever HTML a text contains is sanitized before it reaches the page.
 */

import { useEffect, useState } from 'react';

export function Markdown({ text }: { readonly text: string }) {
  const [html, setHtml] = useState<string>();
  useEffect(() => {
    let current = true;
    const render = async () => {
      const [{ marked }, { default: purify }] = await Promise.all([import('marked'), import('dompurify')]);
      const rendered = purify.sanitize(await marked.parse(text), { FORBID_TAGS: ['style', 'form', 'input'], FORBID_ATTR: ['style'] });
      if (current) setHtml(rendered);
    };
    void render();
    return () => {
      current = false;
    };
  }, [text]);
  if (html === undefined) return <p className="empty">Loading …</p>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitized above; this is what the sanitizer is for.
  return <div className="markdown" dangerouslySetInnerHTML={{ __html: html }} />;
}
