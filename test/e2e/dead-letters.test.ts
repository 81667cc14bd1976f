import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { type Edit, otherBuild } from '../support/other-build.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

/** The parser of a program that took no exponents. */
const withoutExponents: Edit = { file: 'commands/source/decimal.js', from: '(?:[eE][+-]?\\d+)?$/;', to: '$/;' };

describe('telemetry dead-letters', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let store: readonly string[];
  let file: string;

  beforeEach(async () => {
    store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
    file = join(folder(), 'rows.csv');
    const bad = ['', 'x', 'y'].map((value) => longRow({ value }));
    await writeFile(file, [longHeader, longRow({ value: '1' }), ...bad, longRow({ value: '2' }), ''].join('\n'));
  });

  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...store]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  const list = async () =>
    (await run('dead-letters', 'list', '--json')).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string; state: string });
  /** There is no collector here, so that nothing is folded and `ok` is false; the books of rows must add up. */
  const books = async () => {
    const { rows, events, dead_letters, replayed, discarded, faults } = json(await run('verify', '--json'));
    const others = (faults as string[]).filter((fault) => !fault.startsWith('projection '));
    return { rows, events, dead_letters, replayed, discarded, others };
  };

  it('S3: says that no streamer runs, keeps the request, and the next streamer does it, once', async () => {
    await run('stream', file);
    const [first, second, third] = await list();
    const asked = await run('dead-letters', 'replay', first!.id, '--set', 'value=5');
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /none runs/);
    const waited = await run('dead-letters', 'replay', first!.id, '--set', 'value=5', '--json');
    const { state, ok } = json(waited);
    assert.deepEqual([waited.code, state, ok], [1, 'requested', false]);
    assert.deepEqual(
      (await list()).map(({ state }) => state),
      ['requested', 'open', 'open'],
    );
    assert.equal((await run('stream', file)).code, 0);
    const again = await run('dead-letters', 'replay', first!.id, '--set', 'value=6', '--json');
    assert.deepEqual([again.code, json(again)['state']], [0, 'replayed']);

    const discarded = await run('dead-letters', 'discard', second!.id, '--reason', 'a test of the exporter');
    assert.equal(discarded.code, 0, discarded.stderr);
    assert.equal((await run('dead-letters', 'discard', second!.id)).code, 2);
    assert.equal((await run('dead-letters', 'discard', `${'0'.repeat(32)}/7`, '--reason', 'x')).code, 1);
    const late = await run('dead-letters', 'replay', second!.id, '--set', 'value=6');
    assert.deepEqual([late.code, /is discarded/.test(late.stderr)], [1, true], late.stderr);
    assert.match((await run('dead-letters', 'show', second!.id)).stdout, /discarded .*: a test of the exporter/);
    assert.equal((await run('dead-letters', 'show', third!.id)).code, 0);

    assert.deepEqual(await books(), { rows: 5, events: 3, dead_letters: 2, replayed: 1, discarded: 1, others: [] });
    assert.deepEqual(json(await run('log', 'verify', '--json'))['faults'], []);
    const values = (await run('log', 'read')).stdout.match(/"value":"[^"]*"/g);
    assert.deepEqual(values?.sort(), ['"value":"1"', '"value":"2"', '"value":"5"']);
  });

  it('S3: a column that a row does not have is refused, with those that it has, and nothing is recorded', async () => {
    await run('stream', file);
    const wide = join(folder(), 'wide.csv');
    const columns = ['timestamp', 'gpu_id', 'uuid', 'hostname', 'gpu_utilization'];
    const rows = ['x', '1'].map((value) => ['2025-07-18T20:42:34Z', '0', 'GPU-w', 'host-w', value].join(','));
    await writeFile(wide, [columns.join(','), ...rows, ''].join('\n'));
    assert.equal((await run('stream', wide)).code, 0);
    const ids = (await list()).map(({ id }) => id);
    assert.equal(ids.length, 4);

    const wrong = await run('dead-letters', 'replay', ...ids, '--set', 'NOPE=1', '--set', 'value=1');
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    const said = (missing: string, there: string) => `--set: there is no column "${missing}"; there are ${there}`;
    for (const one of [
      said('NOPE', longHeader.replaceAll(',', ', ')),
      said('NOPE', columns.join(', ')),
      said('value', columns.join(', ')),
    ])
      assert.ok(wrong.stderr.includes(one), wrong.stderr);
    assert.equal(wrong.stderr.trim().split('\n').length, 3, wrong.stderr);
    assert.deepEqual(new Set((await list()).map(({ state }) => state)), new Set(['open']));

    const absent = await run('dead-letters', 'replay', `${'0'.repeat(32)}/7`, '--set', 'NOPE=1');
    assert.deepEqual([absent.code, /is not there/.test(absent.stderr)], [1, true], absent.stderr);
  });

  it('S3, L3: a row that an older program refused becomes an event as it stands, once the parser takes it', async () => {
    await writeFile(file, [longHeader, ...['1', '2e3', 'x', '4'].map((value) => longRow({ value })), ''].join('\n'));
    const older = await otherBuild([withoutExponents]);
    try {
      const streamed = await startTelemetry(['stream', file, ...store], {}, 'ignore', older.script).ended;
      assert.equal(streamed.code, 0, streamed.stderr);
    } finally {
      await older.remove();
    }
    const letters = await list();
    assert.deepEqual(
      letters.map(({ state }) => state),
      ['open', 'open'],
    );
    assert.match((await run('dead-letters', 'show', letters[0]!.id)).stdout, /value is "2e3"; accepted: a finite/);

    await run('dead-letters', 'replay', ...letters.map(({ id }) => id));
    assert.equal((await run('stream', file)).code, 0);
    assert.deepEqual(
      (await list()).map(({ state }) => state),
      ['replayed', 'refused'],
    );
    // Neither the file, given again to the newer program, nor the letter is appended twice.
    await run('dead-letters', 'replay', letters[0]!.id);
    assert.equal((await run('stream', file)).code, 0);
    const counted = { rows: 4, events: 3, dead_letters: 1, replayed: 1, discarded: undefined, others: [] };
    assert.deepEqual(await books(), counted);
    const values = (await run('log', 'read')).stdout.match(/"value":"[^"]*"/g);
    assert.deepEqual(values?.sort(), ['"value":"1"', '"value":"2e3"', '"value":"4"']);
  });

  it('a streamer that is idle does it at once', async () => {
    const streamer = startTelemetry(['stream', file, '--idle', ...store]);
    try {
      await eventually('its rows are there', async () => (await list()).length === 3);
      const ids = (await list()).map(({ id }) => id);
      const served = async () => /none runs/.test((await run('dead-letters', 'replay', ids[0]!)).stderr) === false;
      await eventually('the streamer is there for it', served);
      const replayed = await run('dead-letters', 'replay', ...ids, '--wait', '60s', '--set', 'value=7');
      assert.equal(replayed.code, 0, replayed.stderr);
      assert.deepEqual(
        (await list()).map(({ state }) => state),
        ['replayed', 'replayed', 'replayed'],
      );
    } finally {
      process.kill(streamer.pid, 'SIGTERM');
      await streamer.ended;
    }
  });

  it('L3: a replay that was asked for through a gateway is done by a streamer, once', async () => {
    const token = 'a token of the test';
    const gateway = startTelemetry(['serve', '--port', '0', ...store], { TELEMETRY_ADMIN_TOKEN: token });
    const others = [startTelemetry(['stream', file, '--idle', ...store]), startTelemetry(['collect', ...store])];
    try {
      const origin = () => /http:\/\/127\.0\.0\.1:\d+/.exec(gateway.stdout + gateway.stderr)?.[0];
      await eventually('the gateway listens', () => origin() !== undefined);
      await eventually('it is ready', async () => (await fetch(`${origin()!}/readyz`)).status === 200);
      await eventually('the letters are there', async () => (await list()).length === 3);
      const ids = (await list()).map(({ id }) => id);
      const replay = async () => {
        const query = 'mutation ($ids: [String!]!) { replayDeadLetters(ids: $ids) { id state } }';
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ query, variables: { ids: [...ids, `${'0'.repeat(32)}/7`] } });
        const answer = await fetch(`${origin()!}/graphql`, { method: 'POST', headers, body });
        return (await answer.json()) as { data: { replayDeadLetters: { id: string; state: string }[] } };
      };
      await run('dead-letters', 'discard', ids[0]!, '--reason', 'not wanted');
      const { data } = await replay();
      assert.deepEqual(
        data.replayDeadLetters.map(({ state }) => state),
        ['discarded', 'requested', 'requested', 'absent'],
      );
      // The rows are as bad as they were: a streamer has read them again when they are refused once more.
      const states = async () => (await list()).map(({ state }) => state);
      await eventually('a streamer has done it', async () => (await states()).join() === 'discarded,refused,refused');
    } finally {
      for (const { pid } of [gateway, ...others]) process.kill(pid, 'SIGTERM');
      await Promise.all([gateway, ...others].map(({ ended }) => ended));
    }
  });
});
