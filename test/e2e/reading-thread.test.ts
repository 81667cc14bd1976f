import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { type Edit, otherBuild, type OtherBuild } from '../support/other-build.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';
import { useTempFolder } from '../support/temp-folder.js';

const [rows, small, deadlyRow] = [9_000, 30, 5_000];

/** As what fails outside of every reading does: out of memory, a bug. */
const throws = "setImmediate(() => { throw new Error('struck down'); });";
/** Without a word. */
const exits = 'process.exit(9);';
const deaths = {
  'before it has begun': "throw new Error('struck down');",
  'when it is to open a file': exits,
  'while it looks for ranges': exits,
  'in the middle of a file': throws,
  'in the middle of a file, without a word': exits,
} as const;
type Death = keyof typeof deaths;

/** Dies there, where the environment says so. */
const at = (death: Death): string => `if (process.env.DEATH === '${death}') { ${deaths[death]} }`;

const server = 'commands/streamer/thread/appends-server.js';
const made = 'tell(made.kind === "append" ? alone(made) : made);';
const inTheMiddle = at('in the middle of a file') + at('in the middle of a file, without a word');

/** Where a thread dies by itself: nobody else can reach it within its process. */
const edits: readonly Edit[] = [
  {
    file: 'commands/cli/appends-thread.main.js',
    from: 'if (!isMainThread)',
    to: `${at('before it has begun')} if (!isMainThread)`,
  },
  ...[
    { from: 'async #open(request) {', by: at('when it is to open a file') },
    { from: 'async #find(request, orders, tell) {', by: at('while it looks for ranges') },
    {
      from: made,
      by: `if (made.kind === 'append' && made.planned.after.course.row > ${String(deadlyRow)}) { ${inTheMiddle} }`,
    },
  ].map(({ from, by }) => ({ file: server, from, to: `${from} ${by}` })),
];

describe('a thread that reads files and dies', function () {
  this.timeout(240_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  let mortal: OtherBuild;
  let store: readonly string[];
  let files: readonly string[];

  before(async () => {
    mortal = await otherBuild(edits);
  });
  after(() => mortal.remove());
  beforeEach(async () => {
    store = ['--etcd', etcd().endpoint, '--prefix', freshPrefix()];
    files = ['a.csv', 'b.csv', 'c.csv'].map((name) => join(folder(), name));
    for (const [number, file] of files.entries()) {
      const values = Array.from({ length: number === 0 ? rows : small }, (_, row) => String(row));
      const lines = values.map((value) => longRow({ value, Hostname: `host-${String(number)}` }));
      await writeFile(file, [longHeader, ...lines, ''].join('\n'));
    }
  });

  const run = (...args: readonly string[]): Promise<Run> => runTelemetry([...args, ...store]);
  const json = ({ stdout }: Run): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;
  // The first file is read by ranges.
  const options = ['--threads', '2', '--batch-rows', '500', '--split-above', '1MiB'];

  for (const death of Object.keys(deaths) as readonly Death[])
    it(`S1: ${death}: the import says so and ends, and the next one appends each row once`, async () => {
      const args = ['stream', ...files, ...options, ...store];
      const struck = startTelemetry(args, { DEATH: death }, 'ignore', mortal.script);
      const kill = (): boolean => struck.child.kill('SIGKILL');
      process.once('exit', kill);
      const { code, stderr } = await struck.ended;
      process.off('exit', kill);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /telemetry stream: reading .*a\.csv failed: its thread has ended/);
      if (deaths[death] !== exits) assert.match(stderr, /the thread that reads files failed: .*struck down/);

      const again = await run('stream', ...files, ...options, '--json');
      assert.deepEqual([again.code, json(again)['ok']], [0, true], again.stderr);
      assert.deepEqual(json(await run('log', 'verify', '--json'))['faults'], []);
      const read = (await run('log', 'read')).stdout.trimEnd().split('\n');
      const found = read.map((line) => JSON.parse(line) as { readonly Hostname: string; readonly value: string });
      assert.equal(found.length, rows + 2 * small);
      assert.equal(new Set(found.map(({ Hostname, value }) => `${Hostname} ${value}`)).size, found.length);
    });
});
