import { type ProcessState, type SystemState } from './system-state.js';

/** One process in `status --json`; what the process says of itself stands beside these fields. */
export interface ProcessReport extends Readonly<Record<string, unknown>> {
  readonly role: string;
  readonly name: string;
  readonly pid: number | null;
  readonly state: string;
  readonly uptime_seconds: number;
  readonly restarts: number;
}

/** A rate is of the present: there is none of what does not run, and none is known of what is silent. */
const figuresOf = ({
  details = {},
  identity,
  silent_seconds: silent,
}: ProcessState): Readonly<Record<string, unknown>> =>
  identity !== undefined && silent === undefined
    ? details
    : Object.fromEntries(Object.entries(details).filter(([name]) => !name.endsWith('_per_second')));

const reportProcess = (process: ProcessState, now: number): ProcessReport => ({
  ...figuresOf(process),
  role: process.role,
  name: process.name,
  pid: process.identity?.pid ?? null,
  state: process.state,
  uptime_seconds: process.started_at === undefined ? 0 : Math.max(0, Math.floor((now - process.started_at) / 1000)),
  restarts: process.restarts,
  ...(process.addresses.length > 0 && { addresses: process.addresses }),
  ...(process.silent_seconds !== undefined && { silent_seconds: process.silent_seconds }),
  ...(process.reasons && { reasons: process.reasons }),
});

export const reportProcesses = (state: SystemState, now: number): readonly ProcessReport[] =>
  state.processes.map((process) => reportProcess(process, now));

/** The addresses of the gateways that serve, in the order of their names. */
export const gatewayAddresses = (state: SystemState): readonly string[] =>
  state.processes.filter(({ role }) => role === 'gateway').flatMap(({ addresses }) => addresses);
