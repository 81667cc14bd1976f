import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../../infra/processes/free-port.js';
import { listenPort } from '../../../infra/processes/listen-port.js';
import { type LogFile, openLogFile } from '../../../infra/processes/log-file.js';
import { followLines, lastLines } from '../../../infra/processes/tail-file.js';
import { eventually } from '../../support/eventually.js';

describe('log files', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'logs-'));
    file = join(folder, 'deep', 'a.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keep two files of some 10 MiB at most', async () => {
    const log = openLogFile(file);
    const line = 'x'.repeat(2 ** 20);
    for (let count = 0; count < 35; count++) log.write(line);
    log.close();
    for (const path of [file, `${file}.1`]) assert.ok((await stat(path)).size < 12 * 2 ** 20);
  });

  const pastTheLimit = (log: LogFile): void => {
    for (let count = 0; count < 12; count++) log.write('x'.repeat(2 ** 20));
  };

  for (const [what, gone] of [
    ['file', () => file],
    ['folder', () => dirname(file)],
  ] as const) {
    it(`are begun again when somebody has deleted the ${what}`, async () => {
      const told: string[] = [];
      const log = openLogFile(file, (news) => told.push(news));
      log.write('before');
      await rm(gone(), { recursive: true });
      pastTheLimit(log);
      log.write('after');
      log.close();
      assert.match(await readFile(file, 'utf8'), /after\n$/);
      assert.equal(told.length, 1, told.join('; '));
      assert.match(told[0]!, /a\.log cannot be written .*ENOENT.*; lines are lost until it can/);
    });
  }

  it('lose lines while they cannot be written, say so once, and go on when they can', async function () {
    // Every write to it fails as on a disk that is full.
    if (!existsSync('/dev/full')) this.skip();
    await mkdir(dirname(file));
    await symlink('/dev/full', file);
    const told: string[] = [];
    const log = openLogFile(file, (news) => told.push(news));
    for (const line of ['one', 'two', 'three']) log.write(line);
    assert.equal(told.length, 1, told.join('; '));
    assert.match(told[0]!, /ENOSPC/);
    await rm(file);
    log.write('four');
    log.close();
    assert.equal(await readFile(file, 'utf8'), 'four\n');
  });

  it('need no folder that can be made: the first line that can be written makes it', async () => {
    await writeFile(dirname(file), 'a file where the folder should be');
    const told: string[] = [];
    const log = openLogFile(file, (news) => told.push(news));
    log.write('lost');
    await rm(dirname(file));
    log.write('written');
    log.close();
    assert.equal(await readFile(file, 'utf8'), 'written\n');
    assert.equal(told.length, 1, told.join('; '));
  });

  it('give their last lines, and none of a line that is still being written', async () => {
    assert.deepEqual(await lastLines(file, 5), { lines: [], next: 0 });
    const log = openLogFile(file);
    for (const line of ['one', 'two', 'drei – ü']) log.write(line);
    log.close();
    await appendFile(file, 'unfinished');
    assert.deepEqual((await lastLines(file, 2)).lines, ['two', 'drei – ü']);
    assert.deepEqual((await lastLines(file, 0)).lines, []);
    const long = 'y'.repeat(300_000);
    await writeFile(file, `${long}\nlast\n`);
    assert.deepEqual((await lastLines(file, 5)).lines, [long, 'last']);
    const many = Array.from({ length: 10_000 }, (_, at) => `${String(at)} ${'z'.repeat(90)}`);
    await writeFile(file, `${many.join('\n')}\n`);
    assert.deepEqual((await lastLines(file, 9_000)).lines, many.slice(-9_000));
  });

  it('are followed through a turn-over', async () => {
    const log = openLogFile(file);
    log.write('before');
    const { next } = await lastLines(file, 1);
    const seen: string[] = [];
    const stop = new AbortController();
    const following = followLines(file, next, (line) => seen.push(line), stop.signal);
    log.write('one');
    await eventually('a line is seen', () => seen.length === 1);
    await writeFile(file, 'two\n');
    await eventually('the new file is read from its start', () => seen.length === 2);
    stop.abort();
    await following;
    log.close();
    assert.deepEqual(seen, ['one', 'two']);
  });
});

describe('a port to listen on', () => {
  const host = '127.0.0.1';

  it('is the next free one when none was asked for, any for 0, and the asked one or none', async () => {
    const first = await freePort();
    const stranger = createServer().listen(first, host);
    await once(stranger, 'listening');
    try {
      const free = await listenPort({ asked: undefined, usual: first, host });
      assert(free._tag === 'Right' && free.right > first);
      const next = await listenPort({ asked: undefined, usual: first, host, taken: new Set([free.right]) });
      assert(next._tag === 'Right' && next.right > free.right);
      const any = await listenPort({ asked: 0, usual: first, host });
      assert(any._tag === 'Right' && any.right > 0 && any.right !== first);
      const asked = await listenPort({ asked: first, usual: 8080, host });
      assert(asked._tag === 'Left');
      assert.match(asked.left, new RegExp(`Port ${String(first)} on 127.0.0.1 is taken .* --port`));
    } finally {
      stranger.close();
    }
  });
});
