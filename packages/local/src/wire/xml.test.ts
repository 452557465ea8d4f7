import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readXml, xmlText } from './xml-reader.js';
import { xmlDocument } from './xml-writer.js';

describe('XML', () => {
  it('escapes what has a meaning, and control characters', () => {
    expect(xmlDocument('Key', 'a&b<c>"\r\n\u0001', { namespace: false })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Key>a&amp;b&lt;c&gt;&quot;&#xd;&#xa;&#x1;</Key>',
    );
  });

  it('repeats the element of an array and leaves out what is undefined', () => {
    expect(xmlDocument('List', { Item: [{ Key: 'a' }, { Key: 'b' }], Next: undefined, Count: 2 }, { namespace: false })).toContain(
      '<List><Item><Key>a</Key></Item><Item><Key>b</Key></Item><Count>2</Count></List>',
    );
  });

  it('gives back any text that was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const root = readXml(xmlDocument('Root', { Text: text }));
        expect(root && xmlText(root, 'Text')).toBe(text);
      }),
    );
  });

  it('reads attributes, comments, CDATA and character references away', () => {
    const root = readXml(
      '<?xml version="1.0"?><!-- c --><Delete xmlns="urn:x"><Object><Key><![CDATA[a<b]]>&#x41;&amp;</Key></Object><Quiet/></Delete>',
    );
    expect(root?.children[0] && xmlText(root.children[0], 'Key')).toBe('a<bA&');
  });

  it.each(['', 'text', '<a>', '<a></b>', '<a/><b/>', '<!DOCTYPE x [<!ENTITY e "v">]><a>&e;</a>', '<a>&unknown;</a>', '<a>'.repeat(3)])(
    'refuses %j',
    (text) => {
      expect(readXml(text)).toBeUndefined();
    },
  );
});
