import { describe, expect, it } from 'vitest';
import { splitPath } from './rpc-path.js';

describe('splitPath', () => {
  it('splits at the first dot', () => {
    expect(splitPath('documents.get')).toEqual({ service: 'documents', procedure: 'get' });
    expect(splitPath('documents.get.more')).toEqual({ service: 'documents', procedure: 'get.more' });
  });

  it('leaves the procedure empty without a dot', () => {
    expect(splitPath('documents')).toEqual({ service: 'documents', procedure: '' });
    expect(splitPath('')).toEqual({ service: '', procedure: '' });
  });
});
