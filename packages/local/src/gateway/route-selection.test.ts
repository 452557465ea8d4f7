import { describe, expect, it } from 'vitest';
import { compileRouteSelection } from './route-selection.js';

const JOINED = `$\{request.body.a}/$\{request.body.b}`;

describe('route selection expressions', () => {
  it.each([
    ['$request.body.action', '{"action":"go"}', 'go'],
    ['$request.body.a.b', '{"a":{"b":"deep"}}', 'deep'],
    ["$request.body['x-y']", '{"x-y":"dash"}', 'dash'],
    ['$request.body.list[1]', '{"list":["a","b"]}', 'b'],
    ['$request.body.action', '{}', ''],
    ['$request.body.action', '{"action":null}', ''],
    ['$request.body.action', '{"action":["a","b"]}', '[a, b]'],
    ['$request.body.action', '{"action":7}', '7'],
    ['$request.body.action', '[{"action":"go"}]', ''],
    ['$request.body.toString', '{}', ''],
    [JOINED, '{"a":"x","b":"y"}', 'x/y'],
    [JOINED, '{"a":"x"}', 'x/'],
    [`v1-$\{request.body.a}`, '{"a":"x"}', 'v1-x'],
    ['static', '{}', 'static'],
    ['$request.body.action', 'PING', undefined],
    ['$request.body.action', '"text"', undefined],
    ['$request.body.action', '', undefined],
  ])('%s over %s is %j', (expression, frame, expected) => {
    expect(compileRouteSelection(expression)(frame)).toBe(expected);
  });

  it.each(['$request.header.x', '$context.stage', `$\{request.path}`, '$request.body..a'])('refuses %s', (expression) => {
    expect(() => compileRouteSelection(expression)).toThrow(
      `RouteSelectionExpression is ${JSON.stringify(expression)}, expected $request.body.NAME`,
    );
  });
});
