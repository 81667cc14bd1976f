import { type ClusterId } from '../../domain/ids.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { fileText } from '../../infra/source/file-text.js';
import { standardInput } from '../../infra/source/find-sources.js';
import { inputStream } from '../../infra/source/input-stream.js';
import { streamText } from '../../infra/source/stream-text.js';
import { openSource } from '../source/open-source.js';
import { standardInput as inputName } from '../streamer/source-outcome.js';
import { type Streamable } from '../streamer/visit.js';

const followEveryMillis = 250;

/** Opens a file or standard input to be read in this thread. */
export const openHere = (
  path: string,
  { cluster, follow, batchMs: waitMillis, sourceRoot: within }: StreamOptions,
): Streamable['open'] => {
  const open =
    path === standardInput
      ? streamText(inputName, inputStream(), waitMillis)
      : fileText(path, { followEveryMillis: follow ? followEveryMillis : undefined, waitMillis, within });
  return (signal) => openSource(open, cluster as ClusterId, signal);
};
