import assert from 'node:assert/strict';
import { type Ending, isNoSurprise, leftAsAsked } from './endings.js';

const ended = (how: Partial<Ending>): Ending => ({
  ...{ role: 'streamer', code: 1, signal: null, stdout: '', stderr: '' },
  ...how,
});
const outcomes = (...ones: readonly string[]): string =>
  `${JSON.stringify({ ok: false, sources: ones.map((outcome) => ({ path: 'a.csv', outcome, message: '' })) })}\n`;

const waits = 'etcd is unreachable (14 UNAVAILABLE: No connection established); trying again\n';
const ready = '{"level":30,"msg":"ready"}\n';
const foundNone =
  'etcd is unreachable (http://127.0.0.1:1: connect ECONNREFUSED). Start it (`telemetry up` runs one), or correct --etcd.\n';

describe('how processes under fire end', () => {
  it('is no surprise with their work done, when they were killed, or when they found no etcd', () => {
    assert.ok(isNoSurprise(ended({ code: 0 })));
    assert.ok(isNoSurprise(ended({ code: null, signal: 'SIGKILL' })));
    assert.ok(isNoSurprise(ended({ stderr: foundNone })));
  });

  it('is one when they crash, whatever they waited for before', () => {
    assert.ok(!isNoSurprise(ended({ stderr: `${waits}telemetry stream: no such thing\n` })));
    assert.ok(!isNoSurprise(ended({ stderr: `${foundNone}telemetry stream: no such thing\n` })));
    assert.ok(!isNoSurprise(ended({ stderr: waits })));
    assert.ok(!isNoSurprise(ended({ code: null, signal: 'SIGSEGV' })));
    assert.ok(!isNoSurprise(ended({ code: null, signal: 'SIGTERM' })));
    assert.ok(!isNoSurprise(ended({ role: 'collector', code: 0 })));
  });

  it('is as they were asked to when they leave with success, or streams that are not at their end', () => {
    assert.ok(leftAsAsked(ended({ code: 0 })));
    assert.ok(leftAsAsked(ended({ stdout: outcomes('done', 'stopped'), stderr: waits })));
    assert.ok(
      leftAsAsked(
        ended({ stderr: `${waits}stopped while etcd or a disk did not answer: what was in flight may stand\n` }),
      ),
    );
  });

  it('is as they were asked to when they leave before they have begun', () => {
    assert.ok(leftAsAsked(ended({ code: null, signal: 'SIGTERM' })));
    assert.ok(leftAsAsked(ended({ role: 'collector', stderr: '{"level":40,"msg":"etcd does not answer"}\n' })));
    const stopped = 'telemetry collect: stopped (SIGTERM) before it was done\n';
    assert.ok(leftAsAsked(ended({ role: 'collector', stderr: stopped })));
    assert.ok(!leftAsAsked(ended({ role: 'collector', stderr: `${ready}${stopped}` })));
  });

  it('is as they were asked to when they are told to as they end, with all of it said and done', () => {
    assert.ok(leftAsAsked(ended({ code: null, signal: 'SIGTERM', stdout: outcomes('done', 'nothing-new') })));
    assert.ok(!leftAsAsked(ended({ code: null, signal: 'SIGTERM', stdout: outcomes('done', 'stopped') })));
  });

  it('is not when they leave and fail', () => {
    assert.ok(!leftAsAsked(ended({ stdout: outcomes('stopped', 'broken') })));
    assert.ok(!leftAsAsked(ended({ role: 'collector', stderr: 'telemetry collect: no such thing\n' })));
    assert.ok(!leftAsAsked(ended({ code: null, signal: 'SIGTERM', stderr: ready })));
    assert.ok(!leftAsAsked(ended({ role: 'collector', stderr: ready })));
    assert.ok(!leftAsAsked(ended({ role: 'collector', stderr: 'Error: no such thing\n\nNode.js v20.19.0\n' })));
  });
});
