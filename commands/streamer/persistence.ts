import { type StoreFailure } from '../../domain/store-answer.js';
import { type Persistence } from '../append/until-answered.js';
import { type Streaming } from './streaming.js';

const explain = ({ kind, message }: StoreFailure): string => {
  switch (kind) {
    case 'full':
      return `etcd is full (${message}); waiting until space is freed: trim the log, compact and defragment etcd, or raise its quota`;
    case 'slow':
      return `etcd does not answer in time (${message}); trying again`;
    case 'unreachable':
      return `etcd is unreachable (${message}); trying again`;
    case 'refused':
      return `etcd refuses (${message})`;
  }
};

/** Repeats calls with the streamer's clock, and tells what it waits for. */
export const persistenceOf = ({ pause, report }: Pick<Streaming, 'pause' | 'report'>): Persistence => ({
  pause,
  onWaiting: (failure) =>
    report(failure === undefined ? { kind: 'going-on' } : { kind: 'waiting', message: explain(failure) }),
});
