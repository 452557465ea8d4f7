import { describe, expect, it } from 'vitest';
import { costLines, monthlyCost, ORDINARY, ordinaryRequests, type Traffic } from './cost.js';

function traffic(connections: number, changes: Partial<Traffic> = {}): Traffic {
  return { ...ORDINARY, connections, requests: ordinaryRequests(connections), ...changes };
}

function dollars(of: Traffic): Readonly<Record<string, number>> {
  return Object.fromEntries(monthlyCost(of).map(({ what, dollars: each }) => [what, Math.round(each * 100) / 100]));
}

function total(of: Traffic): number {
  return Math.round(monthlyCost(of).reduce((sum, line) => sum + line.dollars, 0));
}

describe('the cost of a month', () => {
  it('with 1,000 connections at ordinary work', () => {
    expect(dollars(traffic(1_000))).toEqual({
      'WebSocket connections': 10.8,
      'WebSocket messages': 129.6,
      Lambda: 12.78,
      'REST requests': 25.2,
      DynamoDB: 6.75,
      'Data out': 9.72,
    });
  });

  it('with a million reaches the cheaper tiers', () => {
    expect(dollars(traffic(1_000_000))).toEqual({
      'WebSocket connections': 10_800,
      'WebSocket messages': 103_880,
      Lambda: 12_780.01,
      'REST requests': 17_789.1,
      DynamoDB: 6_750,
      'Data out': 9_720,
    });
  });

  it.each([
    [1_000, 195],
    [100_000, 16_822],
    [1_000_000, 161_719],
  ])('with %i connections is %i dollars', (connections, expected) => {
    expect(total(traffic(connections))).toBe(expected);
  });

  it('doubles with a keep-alive every 30 seconds, and is 5 %% more with one every 9 minutes', () => {
    expect(total(traffic(1_000, { keepAliveSeconds: 30 }))).toBe(389);
    expect(total(traffic(1_000, { keepAliveSeconds: 540 }))).toBe(206);
  });

  it('counts a frame of more than 32 KB as two', () => {
    expect(dollars(traffic(1_000, { messageBytes: 32_769 }))['WebSocket messages']).toBe(259.2);
    expect(dollars(traffic(1_000, { messageBytes: 32_768 }))['WebSocket messages']).toBe(129.6);
  });

  it('has the firewall where the stage has one', () => {
    expect(monthlyCost(traffic(1_000), { waf: true }).at(-1)).toEqual({ what: 'Web firewall', dollars: expect.closeTo(13.32, 2) });
  });

  it('is nothing without traffic', () => {
    expect(total(traffic(0))).toBe(0);
  });

  it('is a table with its total', () => {
    expect(costLines([{ what: 'Lambda', dollars: 12.779 }])).toEqual([
      'Lambda                           12.78',
      'Total                            12.78',
    ]);
  });
});
