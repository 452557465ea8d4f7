import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTemplate, type MappingScope } from './mapping-template.js';
import { parseTemplate } from './vtl/parse-template.js';
import { TemplateError } from './vtl/template-error.js';
import { escapeJavaScript } from './vtl/util.js';

const SCOPE: MappingScope = {
  context: { requestId: 'r-1', identity: { sourceIp: '10.0.0.1', caller: null }, error: { messageString: '"no"' }, '1-a': 'x' },
  input: {
    body: '{"name":"Ada","tags":["a","b"],"nested":{"n":3},"text":"it\'s \\"quoted\\""}',
    path: { id: '7' },
    querystring: { q: 'query', id: 'shadowed' },
    header: { Origin: 'https://a.example' },
  },
  stageVariables: { table: 'documents' },
};

function render(template: string): string {
  return compileTemplate(template, 'Test').render(SCOPE).text;
}

describe('references', () => {
  it.each([
    ['$context.requestId', 'r-1'],
    [`$\{context.requestId}-x`, 'r-1-x'],
    ['$context.identity.sourceIp.', '10.0.0.1.'],
    ['$context.identity.caller', ''],
    ['$context.nowhere.at.all', ''],
    ['$stageVariables.table', 'documents'],
    ['$unknown.field', '$unknown.field'],
    ['$!unknown', ''],
    ['costs $5 and 100%', 'costs $5 and 100%'],
    ['\\$context.requestId', '$context.requestId'],
    ['#fff #1', '#fff #1'],
    ['a ## comment\nb', 'a b'],
    ['a#* all\nof it *#b', 'ab'],
  ])('render %j as %j', (template, expected) => {
    expect(render(template)).toBe(expected);
  });
});

describe('directives', () => {
  it.each([
    ['#set($a = "x")\n#set($b = $a)\n$b', 'x'],
    ["#set($a = '$context.requestId')$a", '$context.requestId'],
    ['#set($a = "id: $context.requestId")$a', 'id: r-1'],
    ['#if($context.requestId == "r-1")yes#{else}no#end', 'yes'],
    ['#if("")empty is true#end', 'empty is true'],
    ['#if($nothing)a#elseif(!$nothing)b#else c#end', 'b'],
    ['#if($a == 1 || $context.requestId.matches("r-\\d+") && true)yes#end', 'yes'],
    ['#if(1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2)yes#end', 'yes'],
    ['#if($a eq 1 or $context.requestId ne "x" and not $b)yes#end', 'yes'],
    ['#set($n = 7 / 2 + 2 * 3 - 1 % 2)$n', '8'],
    ['#set($m = {"a": 1, "b": [true, null]})$m.a $m.b.size() $m.get("b").get(0)', '1 2 true'],
    ['#foreach($t in $input.path("$.tags"))$foreach.index=$t#if($foreach.hasNext),#end#end', '0=a,1=b'],
    ['#set($m = {"k": "v"})#foreach($e in $m.entrySet())$e.key:$e.value#end', 'k:v'],
    ['#set($l = [1])#set($x = $l.add(2))$l', '[1, 2]'],
  ])('%j render as %j', (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  it('take the line break behind them', () => {
    expect(render('#if(true)\n#set($a = 1)\n#end\n{"a":$a}')).toBe('{"a":1}');
  });
});

describe('$input and $util', () => {
  it.each([
    ['$input.body', SCOPE.input.body],
    ["$input.json('$.nested')", '{"n":3}'],
    ["$input.json('$.tags[1]')", '"b"'],
    ["$input.json('$.missing')", 'null'],
    ["$input.path('$.name')", 'Ada'],
    ["$input.path('$').nested.n", '3'],
    ["$input.params('id')", '7'],
    ["$input.params('q')", 'query'],
    ["$input.params('Origin')", 'https://a.example'],
    ["$input.params('nowhere')", ''],
    ['$input.params().path.id', '7'],
    ['$input.params().header.get("nowhere")', ''],
    ["$util.escapeJavaScript($input.path('$.text'))", 'it\\\'s \\"quoted\\"'],
    ["$util.urlEncode('a b&c')$util.urlDecode('+a%20b')", 'a+b%26c a b'],
    ["$util.base64Encode('hi') $util.base64Decode('aGk=')", 'aGk= hi'],
    ['$util.parseJson(\'{"a":{"b":1}}\').a.b', '1'],
  ])('%s gives %j', (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  it('escape what JavaScript and JSON can not hold', () => {
    expect(escapeJavaScript('a/b\\c\n\u0001é')).toBe('a\\/b\\\\c\\n\\u0001\\u00E9');
  });
});

describe('string methods', () => {
  it.each([
    ['$s.toUpperCase()', 'HELLO'],
    ['$s.length()', '5'],
    ['$s.contains("ell")', 'true'],
    ['$s.substring(1, 3)', 'el'],
    ['$s.replace("l", "$")', 'he$$o'],
    ['$s.replaceAll("[aeiou]", "_")', 'h_ll_'],
    ['$s.split("l").size()', '3'],
    ['$s.equalsIgnoreCase("HELLO")', 'true'],
    ['$s.matches("hel")', 'false'],
    ['$s.startsWith("he")$s.endsWith("x")', 'truefalse'],
  ])('%s is %s', (call, expected) => {
    expect(render(`#set($s = "hello")${call}`)).toBe(expected);
  });
});

describe('what is not supported', () => {
  it.each([
    ['#parse("x")', 'line 1: #parse is not supported; #set, #if, #elseif, #else, #foreach and #end are'],
    ['a\nb #stop', 'line 2: #stop is not supported'],
    ['#if(true)a', 'expected #end of #if, got the end of the template'],
    ['a #end', '#end has no #if or #foreach before it'],
    ['#set($a = [1..3])', 'ranges like [1..3] are not supported'],
    ['#set(a = 1)', '#set needs a reference like $name'],
    ['#set($a = )', 'expected a value, got ")"'],
    ['$context.requestId.getClass()', 'a string has no method getClass() here; supported are matches'],
    ['$context.requestId.constructor()', 'a string has no method constructor() here'],
    ['$util.qr("x")', '$util has no method qr() here'],
    ['$input', "$input can't be printed"],
    ["$input.json('$..a')", `JSON path "$..a" has "..a", expected .name, ['name'], [0] or [*]`],
    ['#if("a" < 1)x#end', '"<" needs two numbers, got a and 1'],
    ['#set($util.a = 1)', "#set can't assign to $util.a"],
  ])('%j fails by name', (template, message) => {
    expect(() => render(template)).toThrow(TemplateError);
    expect(() => render(template)).toThrow(message);
    expect(() => render(template)).toThrow('template of Test');
  });

  it('never fails in another way, whatever the template', () => {
    const word = fc.constantFrom(
      '#if(',
      '#set(',
      '#foreach(',
      '#end',
      '#else',
      '$a',
      '${',
      '}',
      '$',
      '(',
      ')',
      '"',
      "'",
      '==',
      '.b',
      '[',
      ']',
      ',',
      ' in ',
      '\n',
      '1',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        try {
          parseTemplate(words.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps keys such as __proto__ as data', () => {
    expect(render('#set($m = {})#set($m.__proto__ = "x")$m')).toBe('{__proto__=x}');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('overrides', () => {
  it('come back as status and headers', () => {
    const mapping = compileTemplate(
      '#set($context.responseOverride.status = 201)#set($context.responseOverride.header.X-A = "b")',
      'Test',
    ).render(SCOPE);
    expect(mapping).toEqual({ text: '', override: { status: 201, headers: { 'X-A': 'b' } } });
  });
});
