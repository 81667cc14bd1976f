import { availableParallelism } from 'node:os';
import { visible } from '../../domain/visible-text.js';
import { archivesAmong } from '../../infra/archive/archive-folder.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { type StreamOptions, streamOptions } from '../../infra/config/stream-options.js';
import { findSources, standardInput } from '../../infra/source/find-sources.js';
import { realPathWithin } from '../../infra/source/within-folders.js';
import { type Thread } from '../../infra/threads/thread.js';
import { deadLetterBytesAtMost } from '../streamer/dead-letter-limits.js';
import { type AheadRequest, type AppendsThreadSetUp } from '../streamer/thread/appends-request.js';
import { beginThread } from './reading-thread.main.js';

/** A followed file has no end, so each holds a lane for good, and the log has sixteen. */
const mostFollowed = 16;
const tooManyFollowed = (count: number): string =>
  `--follow was given ${String(count)} files; at most ${String(mostFollowed)} can be followed, each in a lane of the log`;

/** The first archive that stands where sources may not, as a sentence. */
const outsideOfRoot = async (folders: readonly string[], root: readonly string[] | undefined) => {
  for (const path of root ? folders : [])
    if ((await realPathWithin(path, root ?? [])) === undefined)
      return `${path} stands outside of ${root!.join(' and ')}, which --source-root keeps sources to`;
  return undefined;
};

const badUsage = (paths: readonly string[], { loop, again, follow }: StreamOptions): string | undefined => {
  if (loop && follow) return '--loop and --follow exclude each other: a followed file has no end';
  if (paths.includes(standardInput) && (loop || again || follow)) {
    return 'standard input can be read only once: --loop, --again and --follow are for files';
  }
  return undefined;
};

/** Whether files are read as fast as they can be: a thread of its own is worth its memory then. */
const isWorthAThread = (paths: readonly string[], { threads, loop, follow, restamp, speed }: StreamOptions): boolean =>
  (threads ?? availableParallelism()) > 1 &&
  speed === 'max' &&
  !(loop || follow || restamp) &&
  paths.some((path) => path !== standardInput);

/** Has the thread begin with the first file while this one finds out where its appends go. */
const setUp = (thread: Thread, paths: readonly string[], options: StreamOptions): void => {
  const { cluster, sourceRoot: within, splitAbove, partitions, batchRows, batchMs, maxDeadLetters } = options;
  thread.setUp({
    cluster,
    within,
    batch: { rows: batchRows, ms: batchMs },
    deadLetters: { count: maxDeadLetters, bytes: deadLetterBytesAtMost },
  } satisfies AppendsThreadSetUp);
  const [first] = paths;
  if (first !== standardInput) {
    thread.ask({ kind: 'ahead', path: first!, splitAbove, partitions } satisfies AheadRequest).close();
  }
};

export const command = cliCommand({
  summary: 'Stream DCGM samples from CSV files, folders, globs, standard input (-) or an archive into the log.',
  args: '<SOURCE...>',
  notes:
    'An archive is a folder that telemetry log archive has written: what it holds is streamed source by source.\n' +
    'A source that was streamed before goes on where it ended, and a pass that was interrupted is finished first.\n' +
    'Exits 1 when a source was refused, broken, stopped by its dead letters, or by hand before its end.',
  options: streamOptions,
  run: async (options, context) => {
    const { args, complain } = context;
    const folders = await archivesAmong(args);
    const wrong =
      folders.length > 0 && options.follow
        ? '--follow is not for archives'
        : (badUsage(args, options) ?? (await outsideOfRoot(folders, options.sourceRoot)));
    const files = args.filter((path) => !folders.includes(path));
    const found = wrong === undefined ? await findSources(files) : { kind: 'missing' as const, problems: [wrong] };
    if (found.kind === 'found' && options.follow && found.paths.length > mostFollowed) {
      complain(`telemetry stream: ${tooManyFollowed(found.paths.length)}.`);
      return 2;
    }
    if (found.kind === 'missing') {
      found.problems.forEach((problem) => complain(`telemetry stream: ${visible(problem)}.`));
      return 2;
    }
    const isWorthIt = isWorthAThread(found.paths, options);
    if (!isWorthIt) await context.thread?.end();
    const thread = isWorthIt ? (context.thread ?? beginThread(complain)) : undefined;
    try {
      if (thread) setUp(thread, found.paths, options);
      // What speaks to etcd is loaded while the thread begins.
      const { streamFound } = await import('./stream-found.main.js');
      context.loaded();
      return await streamFound({ paths: found.paths, folders, thread }, options, context);
    } finally {
      await thread?.end();
    }
  },
});
