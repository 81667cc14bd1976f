import assert from 'node:assert/strict';
import { GRPCDeadlineExceededError, GRPCUnavailableError, GRPCUnknownError } from 'etcd3';
import { failureOf } from '../../../infra/etcd/failure.js';
import { EtcdError } from '../../../infra/etcd/persistently.js';

describe('why etcd did not answer', () => {
  const said = (error: Error): string => new EtcdError(failureOf(error), error).message;

  it('is told of members without a majority as of one that is slow, however they put it', () => {
    for (const error of [
      new GRPCDeadlineExceededError('4 DEADLINE_EXCEEDED: Deadline exceeded after 2.001s,Waiting for LB pick'),
      new GRPCUnknownError('2 UNKNOWN: context deadline exceeded'),
      new GRPCUnavailableError('14 UNAVAILABLE: etcdserver: request timed out'),
    ]) {
      assert.equal(failureOf(error).kind, 'slow', error.message);
      assert.equal(
        said(error),
        `etcd does not answer in time: it has too much to do, or too few of its members run (${error.message})`,
      );
    }
  });

  it('is told of one without a connection, and in its own words of what etcd refuses', () => {
    const gone = new GRPCUnavailableError('14 UNAVAILABLE: No connection established');
    assert.equal(said(gone), `etcd cannot be reached (${gone.message})`);
    assert.equal(said(new Error('etcdserver: request is too large')), 'etcd: etcdserver: request is too large');
  });
});
