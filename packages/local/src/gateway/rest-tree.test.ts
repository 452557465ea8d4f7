import { describe, expect, it } from 'vitest';
import { buildRestTree, matchPath } from './rest-tree.js';
import { resource } from './stack.test.fixture.js';

const part = (id: string, parent: string, PathPart: string): ReturnType<typeof resource> =>
  resource('AWS::ApiGateway::Resource', id, { ParentId: parent, PathPart });

/** Declared children first: CloudFormation does not order resources. */
const TREE = buildRestTree('api-root', [
  part('docId', 'docs', '{id}'),
  part('docs', 'rootresource', 'docs'),
  part('recent', 'docs', 'recent'),
  part('versions', 'docId', 'versions'),
  part('proxy', 'rootresource', '{proxy+}'),
  part('files', 'rootresource', 'files'),
  part('filePath', 'files', '{path+}'),
]);

describe('the way through the resource tree', () => {
  it.each([
    ['/', '/', {}],
    ['/docs', '/docs', {}],
    ['/docs/', '/docs', {}],
    ['/docs/recent', '/docs/recent', {}],
    ['/docs/7', '/docs/{id}', { id: '7' }],
    ['/docs/a%2Fb', '/docs/{id}', { id: 'a%2Fb' }],
    ['/docs/7/versions', '/docs/{id}/versions', { id: '7' }],
    ['/docs/recent/versions', '/docs/{id}/versions', { id: 'recent' }],
    ['/docs/7/other', '/{proxy+}', { proxy: 'docs/7/other' }],
    ['/docs//versions', '/{proxy+}', { proxy: 'docs//versions' }],
    ['/files/a/b/', '/files/{path+}', { path: 'a/b' }],
    ['/files', '/files', {}],
    ['/else', '/{proxy+}', { proxy: 'else' }],
  ])('%s is %s', (path, resourcePath, pathParameters) => {
    const match = matchPath(TREE, path);
    expect([match?.resource.path, match?.pathParameters]).toEqual([resourcePath, pathParameters]);
  });

  it('finds nothing where there is no greedy resource', () => {
    expect(matchPath(buildRestTree('api-root', [part('docs', 'rootresource', 'docs')]), '/else')).toBeUndefined();
  });

  it('takes an id that no resource has for the root', () => {
    expect(TREE.byId('rootresource')).toBe(TREE.root);
  });
});
