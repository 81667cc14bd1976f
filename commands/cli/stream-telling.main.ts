import { type CliContext } from '../../infra/cli/cli-command.js';
import { progressDisplay } from '../../infra/cli/progress-display.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { addressesOf } from '../../infra/metrics/role-metrics.js';
import { announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { failureFigures } from '../streamer/failed-sources.js';
import { RunReport } from '../streamer/run-report.js';
import { StreamShow } from '../streamer/stream-show.js';
import { type StreamerMetrics } from '../streamer/streamer-metrics.js';

/** Whom a streamer tells of what it does. */
export interface Telling {
  /** Lines go to the log where a supervisor keeps one, and else to people. */
  readonly say: (line: string) => void;
  readonly isLogged: boolean;
  readonly run: RunReport;
  readonly show: StreamShow;
  /** Undefined where no metrics are asked for. */
  readonly counts: StreamerMetrics | undefined;
  /** The log is open: it streams from now on. */
  readonly ready: () => void;
  /** The progress is shown no longer. */
  readonly endProgress: () => void;
  readonly close: () => void;
}

/** Makes everything by which a streamer tells what it does; what it does not need here is not loaded. */
export const tellingOf = async (
  name: string,
  options: StreamOptions,
  complain: CliContext['complain'],
): Promise<Telling> => {
  const logger = process.connected
    ? (await import('../../infra/logging/logger.js')).createLogger(name, options.logLevel)
    : undefined;
  const say = logger ? (line: string) => logger.info(line) : complain;
  let isReady = false;
  const shown =
    options.metricsPort === undefined
      ? undefined
      : await (await import('./streamer-metrics.main.js')).showMetrics(options, () => isReady);
  const display = progressDisplay(logger === undefined && process.stderr.isTTY, say);
  const announce = (details: Readonly<Record<string, unknown>>) =>
    announceProgress({ ...details, ...failureFigures(run.failed) });
  const endless = options.loop || options.follow;
  const show = new StreamShow({ display, announce, clock: () => performance.now(), endless });
  const run = new RunReport([...(shown ? [shown.counts.report] : []), show.report]);
  return {
    ...{ say, isLogged: logger !== undefined, run, show, counts: shown?.counts },
    ready: () => {
      isReady = true;
      announceReady({ role: 'streamer', name, addresses: addressesOf(shown?.server) });
    },
    endProgress: () => display.end(),
    close: () => shown?.server?.close(),
  };
};
