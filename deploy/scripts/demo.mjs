/* global fetch */
// `npm run demo`: a whole system on this machine that is scaled up and down under a stream, with pictures of what each
// process has to do, queries by time, and the books at the end. Nothing of it is left; Ctrl-C ends it at any time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const program = inRoot('dist/program/telemetry.js');
const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-demo-'));

/** The last command: what is to be cleared away must have come to be. */
let last = Promise.resolve();

/** Runs the program and gives what it printed; `shown` lets people see the command, and what it prints. */
const telemetry = (words, options) => {
  const output = run(words, options);
  last = output.catch(() => undefined);
  return output;
};

const run = async (words, { shown = true } = {}) => {
  if (shown) console.log(`\n$ telemetry ${words.map((word) => word.replace(inRoot(''), '')).join(' ')}`);
  const args = [program, ...words, '--data-dir', join(folder, 'data')];
  // A group of its own: Ctrl-C is for the demo, which ends the system in order.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (piece) => void (out += piece));
  child.stderr.on('data', (piece) => void (errors += piece));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`telemetry ${words[0]} ended with ${code}: ${errors}${out}`);
  if (shown && out.trim() !== '') console.log(out.trim());
  return out;
};

const status = async () => JSON.parse(await telemetry(['status', '--json'], { shown: false }));

const partitionCount = 16;

/** `██··██`: which of the partitions a process has. */
const pieces = (owned) =>
  Array.from({ length: partitionCount }, (_, partition) => (owned.includes(partition) ? '█' : '·')).join('');

/** By role, in the order in which an event passes them. */
const doing = {
  streamer: ({ rows = 0 }) => `${Number(rows).toLocaleString('en')} rows read`,
  etcd: () => 'the log and the read models',
  collector: ({ partitions = [] }) => `${pieces(partitions)}  ${partitions.length} of ${partitionCount} partitions`,
  gateway: ({ addresses = [] }) => addresses.join(' '),
};

const roles = Object.keys(doing);
const byRole = (a, b) => roles.indexOf(a.role) - roles.indexOf(b.role);

const show = ({ processes, log }) => {
  console.log('');
  for (const one of processes.toSorted(byRole)) console.log(`  ${one.name.padEnd(12)} ${doing[one.role](one)}`);
  console.log(`  ${'log'.padEnd(12)} ${log.events.toLocaleString('en')} events in ${log.segments} segments`);
};

const patienceMs = 120_000;

/** The status when it is as wanted. */
const until = async (what, holds) => {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(250)) {
    const now = await status();
    if (holds(now)) return now;
  }
  throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
};

const owned = ({ processes }) => processes.flatMap(({ partitions }) => partitions ?? []).sort((a, b) => a - b);
const isShared = (now) => owned(now).join() === Array.from({ length: partitionCount }, (_, n) => n).join();

const scale = async (...copies) => {
  await telemetry(['scale', ...copies]);
  show(await until('every partition has one owner', isShared));
};

const ask = async (gateway, path) => {
  const response = await fetch(`${gateway}${path}`);
  const body = await response.json();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body;
};

const query = async (gateway, path) => {
  const { data } = await ask(gateway, path);
  const times = data.map(({ timestamp }) => timestamp);
  const shown = times.length === 0 ? '' : `, ${[...new Set([times[0], times.at(-1)])].join(' to ')}`;
  console.log(`  GET ${path}\n      ${data.length} ${data.length === 1 ? 'record' : 'records'}${shown}`);
  return times;
};

/** One GPU's records, by every way to say a time. */
const queryByTime = async (gateway) => {
  const { data: gpus } = await ask(gateway, '/api/v1/gpus?limit=1');
  const path = `/api/v1/gpus/${gpus[0].uuid}/telemetry`;
  console.log(`\nOne GPU by time: ${gpus[0].name}, number ${gpus[0].id} of ${gpus[0].hostname}`);
  const [newest] = await query(gateway, `${path}?order=desc&limit=1`);
  // Of the last ten, whenever they are: a stream that has only just begun, or paused, has none of some seconds ago.
  const { data: last } = await ask(gateway, `${path}?order=desc&limit=10`);
  const [begin, middle] = [last.at(-1), last[last.length >> 1]].map(({ timestamp }) => encodeURIComponent(timestamp));
  await query(gateway, `${path}?start_time=${begin}`);
  await query(gateway, `${path}?start_time=${begin}&end_time=${middle}`);
  const minute = encodeURIComponent(new Date(Date.parse(newest) - 60_000).toISOString());
  await query(gateway, `${path}?start_time=${minute}&step=10s&metrics=power_draw,temperature`);
};

const tell = (text) => console.log(`\n${text}`);

const demo = async () => {
  tell('One of each role, and the sample fleet of 247 GPUs as the present.');
  const source = ['--source', inRoot('data/dcgm_metrics_sample.csv'), '--loop', '--restamp', '--speed', '1x'];
  await telemetry(['up', ...source, '--port', '0', '--detach']);
  show(await until('events come', (now) => isShared(now) && now.log.events > 0));

  tell('More of each: the collectors share the partitions, and move no more of them than they must.');
  await scale('streamers=2', 'collectors=3', 'gateways=2');
  const { gateways, log } = await status();
  await until('the stream goes on', (now) => now.log.events > log.events);
  for (const gateway of gateways) {
    const { total } = await ask(gateway, '/api/v1/gpus');
    console.log(`  ${gateway} knows ${total} GPUs`);
  }
  await queryByTime(gateways[0]);

  tell('Fewer again. Nothing streams any more, so that the books can be closed.');
  await scale('streamers=0', 'collectors=1', 'gateways=1');
  await telemetry(['verify', '--wait', '60s']);
  await telemetry(['projections', 'verify', '--sample', '20%']);
};

const clearAway = async () => {
  await last;
  await telemetry(['down', '--purge'], { shown: false });
  await rm(folder, { recursive: true, force: true });
};

let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    if (stopped) return;
    stopped = true;
    console.error('\nStopping; nothing is left behind.');
    void clearAway().finally(() => process.exit(130));
  });
try {
  await demo();
  tell('That is all. Everything is stopped, and nothing is left behind.');
} catch (error) {
  if (!stopped) {
    console.error(`\nThe demo failed: ${error.message}`);
    process.exitCode = 1;
  }
} finally {
  if (!stopped) await clearAway();
}
