import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { type ClusterId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { segmentEncoder } from '../../domain/segment/encode.js';
import { WrittenDictionaries } from '../../domain/segment/written-dictionaries.js';
import { fileText } from '../../infra/source/file-text.js';
import { answerRequests } from '../../infra/threads/thread.js';
import { pauseBySlices } from '../append/pause.js';
import { openSource } from '../source/open-source.js';
import { type AppendsThreadSetUp, type ThreadRequest } from '../streamer/thread/appends-request.js';
import { AppendsServer } from '../streamer/thread/appends-server.js';
import { type Channel } from '../streamer/thread/channel.js';

/* The program of the thread in which a streamer reads files and makes appends of them. */

const begin = ({ cluster, within, batch, deadLetters }: AppendsThreadSetUp) => {
  const never = new AbortController().signal;
  const dictionaries = new WrittenDictionaries();
  const server = new AppendsServer({
    batch,
    deadLetters,
    speed: 'max',
    restamp: false,
    now: () => instantOfMillis(Date.now()),
    clock: () => performance.now(),
    pause: pauseBySlices((ms, signal) => sleep(ms, undefined, { signal })),
    encode: (version) => segmentEncoder(version, dictionaries),
    open: async (path) => {
      const open = fileText(path, { followEveryMillis: undefined, within });
      const isFile = await stat(path).then(
        (found) => found.isFile(),
        () => true,
      );
      return isFile ? openSource(open, cluster as ClusterId, never) : undefined;
    },
  });
  return (asked: unknown, channel: Channel): void => {
    const request = asked as ThreadRequest;
    if (request.kind !== 'ahead') return void server.serve(request, channel);
    void server.readAhead(request);
    channel.close();
  };
};

// Where the program is built it is loaded by a process, too, which keeps the code that V8 makes of it.
if (!isMainThread) answerRequests((setUp) => begin(setUp as AppendsThreadSetUp));
