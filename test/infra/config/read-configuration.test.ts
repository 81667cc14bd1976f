import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Either } from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import {
  duration,
  durationBetween,
  endpoints,
  keyPrefix,
  size,
  source,
  speed,
  text,
  tokens,
  waitingTime,
  wholeNumber,
} from '../../../infra/config/accepts.js';
import { environmentName, flag, list, optional, secret, secretOf, withDefault } from '../../../infra/config/option.js';
import { readConfiguration } from '../../../infra/config/read-configuration.js';

const table = {
  streamers: withDefault('--streamers <N>', 'how many', wholeNumber(0, 10), '1'),
  dataDir: withDefault('--data-dir <FOLDER>', 'where', text, '.telemetry'),
  speed: optional('--speed <PACE>', 'pace', speed),
  source: list('--source <PATH...>', 'files', text),
  loop: flag('--loop', 'again'),
  etcdPassword: secret('password'),
};

const rightOf = <A>(result: Either<readonly string[], A>): A => {
  assert(result._tag === 'Right');
  return result.right;
};

describe('configuration', () => {
  it('takes the command line before the environment, and that before the default', () => {
    const environment = { TELEMETRY_STREAMERS: '3', TELEMETRY_SOURCE: 'a.csv, b.csv', TELEMETRY_LOOP: 'yes' };
    assert.deepEqual(rightOf(readConfiguration(table, {}, environment)), {
      streamers: 3,
      dataDir: '.telemetry',
      speed: undefined,
      source: ['a.csv', 'b.csv'],
      loop: true,
      etcdPassword: undefined,
    });
    const given = { streamers: '4', speed: '10x', source: ['c.csv'], loop: true };
    const both = rightOf(readConfiguration(table, given, environment));
    assert.deepEqual([both.streamers, both.speed, both.source], [4, 10, ['c.csv']]);
  });

  it('names every bad option in one answer: what it was and what is accepted', () => {
    const result = readConfiguration(table, { streamers: '11', speed: 'fast' }, { TELEMETRY_LOOP: 'maybe' });
    assert(result._tag === 'Left');
    assert.deepEqual(result.left, [
      '--streamers (TELEMETRY_STREAMERS) was "11"; accepted: a whole number from 0 to 10',
      '--speed (TELEMETRY_SPEED) was "fast"; accepted: max, or a pace like 1x, 10x or 0.5x',
      '--loop (TELEMETRY_LOOP) was "maybe"; accepted: true or false',
    ]);
  });

  it('shows no password that was given in an address', () => {
    const addresses = { etcd: optional('--etcd <URL,...>', 'addresses', endpoints) };
    const result = readConfiguration(addresses, { etcd: 'http://a:1,http://me:secret/@b:1' }, {});
    assert.deepEqual(result, {
      _tag: 'Left',
      left: [
        '--etcd (TELEMETRY_ETCD) was "http://a:1,http://…@b:1"; ' +
          'accepted: addresses like http://127.0.0.1:2379 without a user, separated by commas',
      ],
    });
  });

  it('names each text of a list that is not accepted, and no other', () => {
    const sources = { source: list('--source <PATH...>', 'files', source) };
    const result = readConfiguration(sources, { source: ['none.csv', '.', 'later-*.csv', 'nowhere'] }, {});
    assert(result._tag === 'Left');
    assert.deepEqual(result.left, [
      '--source (TELEMETRY_SOURCE) was "none.csv", "nowhere"; accepted: files and folders that are there, or globs',
    ]);
  });

  it('treats a variable that is set but empty as not set', () => {
    assert.equal(rightOf(readConfiguration(table, {}, { TELEMETRY_STREAMERS: '' })).streamers, 1);
  });

  it('reads a secret from its variable or its file, and never shows it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secret-'));
    try {
      const file = join(folder, 'password');
      await writeFile(file, 'hidden\n');
      const environment = { TELEMETRY_ETCD_PASSWORD_FILE: file };
      assert.equal(rightOf(readConfiguration(table, {}, environment)).etcdPassword, 'hidden');
      const given = { ...environment, TELEMETRY_ETCD_PASSWORD: 'direct' };
      assert.equal(rightOf(readConfiguration(table, {}, given)).etcdPassword, 'direct');
      const absent = readConfiguration(table, { streamers: 'x' }, { TELEMETRY_ETCD_PASSWORD_FILE: join(folder, 'no') });
      assert(absent._tag === 'Left');
      assert.match(absent.left.join('\n'), /TELEMETRY_ETCD_PASSWORD_FILE cannot be read: ENOENT/);
      assert.match(absent.left.join('\n'), /--streamers/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('reads one secret of several, and none that is not there or that no header can carry', () => {
    const access = { readToken: secretOf('tokens', tokens) };
    const read = (TELEMETRY_READ_TOKEN: string) => readConfiguration(access, {}, { TELEMETRY_READ_TOKEN });
    assert.deepEqual(rightOf(read('one')).readToken, ['one']);
    assert.deepEqual(rightOf(read('one,two\n\nthree\r\n')).readToken, ['one', 'two', 'three']);
    assert.equal(rightOf(read('')).readToken, undefined);
    for (const wrong of [',', ' ', '\n', 'a b', 'ä', 'a\u0000b', 'one, two']) {
      const refused = read(wrong);
      assert(refused._tag === 'Left', wrong);
      assert.match(refused.left[0]!, /^TELEMETRY_READ_TOKEN was not usable; accepted: one or more tokens/);
    }
  });

  it('reads durations, sizes, paces, addresses and prefixes, and nothing that only resembles them', () => {
    const good = [
      [duration, '500ms', 500],
      [duration, '60s', 60_000],
      [duration, '1.5h', 5_400_000],
      [duration, '36500d', 36_500 * 86_400_000],
      [waitingTime, '24d', 24 * 86_400_000],
      [waitingTime, '0s', 0],
      [durationBetween('10ms', '24d'), '10ms', 10],
      [size, '512KiB', 524_288],
      [size, '2GiB', 2_147_483_648],
      [size, '17', 17],
      [speed, 'max', 'max'],
      [speed, '1000000000x', 1e9],
      [speed, '0.5x', 0.5],
      [endpoints, 'http://a:2379, https://b:2379/', ['http://a:2379', 'https://b:2379']],
      [endpoints, 'HTTP://ETCD-0.example.com:02379', ['http://etcd-0.example.com:2379']],
      [endpoints, 'http://a:80,https://b:443,http://[::1]:1', ['http://a:80', 'https://b:443', 'http://[::1]:1']],
      [keyPrefix, '/telemetry/', '/telemetry/'],
    ] as const;
    for (const [codec, value, expected] of good) {
      const decoded = codec.decode(value);
      assert.deepEqual(decoded._tag === 'Right' ? decoded.right : decoded, expected, value);
    }
    const bad = [
      [duration, ['', '5', '-5s', '5 s', 's', '1e3s', '36501d', '99999999999h', `${'9'.repeat(400)}d`]],
      // A timer that is set for longer rings at once.
      [waitingTime, ['', '25d', '600h', '-1s']],
      [durationBetween('10ms', '24d'), ['0s', '9ms', '25d']],
      [size, ['', '-1', '2GB', 'GiB', '1.2.3KiB', '9007199254740992', '8388608GiB', `${'9'.repeat(400)}GiB`]],
      [speed, ['', '0x', '-1x', '2', 'x', 'Max', '1000000001x', `${'9'.repeat(400)}x`]],
      [endpoints, ['', 'localhost:2379', 'http://a', 'http://a:1/path', 'ftp://a:21', 'http://a:1,,']],
      [endpoints, ['http://me@a:1', 'http://me:secret@a:1', 'http://a:1?b', 'http://a:1/#b', 'http://a:', 'http:a:1']],
      [keyPrefix, ['', '/', 'telemetry/', '/telemetry', '//', '/a b/']],
      [wholeNumber(0, 10), ['', '-1', '11', '1.5', '1e1', '0x1', ' ', 'NaN']],
    ] as const;
    for (const [codec, values] of bad)
      for (const value of values) assert.equal(codec.decode(value)._tag, 'Left', `${codec.name}: ${value}`);
  });

  it('reads back every whole number in its range and refuses every other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), (number) => {
        const decoded = wholeNumber(0, 10).decode(String(number));
        assert.equal(decoded._tag === 'Right', number >= 0 && number <= 10);
        if (decoded._tag === 'Right') assert.equal(decoded.right, number);
      }),
    );
  });

  it('names a variable after its option', () => {
    assert.equal(environmentName('dataDir'), 'TELEMETRY_DATA_DIR');
    assert.equal(environmentName('etcd'), 'TELEMETRY_ETCD');
  });
});
