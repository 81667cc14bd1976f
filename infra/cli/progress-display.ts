import cliProgress from 'cli-progress';

/** How far something is. */
export interface ProgressState {
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
  /** What is shown beside the bar, such as counts and rates. */
  readonly text: string;
}

/** Shows progress as it comes; lines for people go through it too, so that they do not tear the bar. */
export interface ProgressDisplay {
  show(state: ProgressState): void;
  say(line: string): void;
  end(): void;
}

const plainEveryMs = 5_000;

/** Lines, at most one every five seconds. */
const plainDisplay = (complain: (line: string) => void, clock: () => number): ProgressDisplay => {
  let shown = clock();
  return {
    show: ({ done, total, text }) => {
      const now = clock();
      if (now - shown < plainEveryMs) return;
      shown = now;
      complain(total === undefined || total === 0 ? text : `${Math.floor((100 * done) / total)} % ${text}`);
    },
    say: complain,
    end: () => undefined,
  };
};

const terminalDisplay = (stream: NodeJS.WriteStream): ProgressDisplay => {
  const bars = new cliProgress.MultiBar({
    format: '{bar} {percentage} % | {text} | {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    stream,
    etaBuffer: 50,
  });
  let bar: cliProgress.SingleBar | undefined;
  return {
    show: ({ done, total, text }) => {
      bar ??= bars.create(total ?? 0, 0, { text });
      bar.setTotal(total ?? done);
      bar.update(done, { text });
    },
    say: (line) => (bar === undefined ? void stream.write(`${line}\n`) : bars.log(`${line}\n`)),
    end: () => bars.stop(),
  };
};

/**
 * A bar on a terminal, plain lines otherwise.
 *
 * @param clock milliseconds, only forward
 */
export const progressDisplay = (
  onTerminal: boolean,
  complain: (line: string) => void,
  clock: () => number = () => performance.now(),
  terminal: NodeJS.WriteStream = process.stderr,
): ProgressDisplay => (onTerminal ? terminalDisplay(terminal) : plainDisplay(complain, clock));
