/** The left side: documents by folder, or what was found while there are words in the search box. */

import type { Documents } from '../hooks/use-documents.js';
import type { Search, SearchQuery } from '../hooks/use-search.js';
import type { Change } from '../model/document-types.js';
import type { LabelBook } from '../model/label-book.js';
import { DocumentList } from './document-list.js';
import { FolderList } from './folder-list.js';
import { SearchBox } from './search-box.js';
import { SearchResults } from './search-results.js';

interface Props {
  readonly documents: Documents;
  readonly query: SearchQuery;
  readonly onQuery: (query: SearchQuery) => void;
  readonly search: Search;
  readonly labels: LabelBook;
  readonly lastChange: Change | undefined;
  readonly folder: string | undefined;
  readonly documentId: string | undefined;
}

export function Library({ documents, query, onQuery, search, labels, lastChange, folder, documentId }: Props) {
  const open = { folder, documentId, labels };
  return (
    <section className="left" aria-label="Documents">
      <SearchBox
        text={query.text}
        onText={(text, isTyping) => onQuery({ text, isTyping, folder: text.trim() === '' ? undefined : query.folder })}
      />
      {query.text.trim() === '' ? (
        <>
          <FolderList folder={folder} lastChange={lastChange} />
          <DocumentList documents={documents} {...open} />
        </>
      ) : (
        <SearchResults search={search} facet={query.folder} onFacet={(chosen) => onQuery({ ...query, folder: chosen })} {...open} />
      )}
    </section>
  );
}
