import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('has fixed ports and a data folder of its own without any option', () => {
    expect(readOptions([])).toEqual({
      help: false,
      fresh: false,
      load: true,
      stage: 'local',
      dataDirectory: '.gateway/data',
      ports: { site: 4000, rest: 4001, socket: 4002, aws: 4003, issuer: 4004 },
    });
  });

  it('reads every option', () => {
    const options = readOptions([
      '--fresh',
      '--no-load',
      '--data',
      'd',
      '--site-port',
      '0',
      '--rest-port',
      '1',
      '--socket-port',
      '2',
      '--aws-port',
      '65535',
      '--issuer-port',
      '4',
    ]);
    expect(options).toMatchObject({
      fresh: true,
      load: false,
      dataDirectory: 'd',
      ports: { site: 0, rest: 1, socket: 2, aws: 65_535, issuer: 4 },
    });
  });

  it.each([
    ['--rest-port', 'http'],
    ['--site-port', '65536'],
    ['--aws-port', '-1'],
  ])('refuses %s %s and says what it expected', (option, value) => {
    expect(() => readOptions([`${option}=${value}`])).toThrow(`${option}: got "${value}", expected a port from 0 to 65535`);
  });

  it('keeps the data of another stage apart', () => {
    expect(readOptions(['--stage', 'everything'])).toMatchObject({ stage: 'everything', dataDirectory: '.gateway/data-everything' });
    expect(readOptions(['--stage', 'everything', '--data', 'd'])).toMatchObject({ dataDirectory: 'd' });
  });

  it('refuses a stage that is not for this machine', () => {
    expect(() => readOptions(['--stage', 'production'])).toThrow('--stage: got "production", expected local or everything');
  });

  it('refuses an option it does not know', () => {
    expect(() => readOptions(['--frehs'])).toThrow('--frehs');
  });
});
