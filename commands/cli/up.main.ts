import { resolve } from 'node:path';
import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { cliCommand, type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { gatewayKeyPair } from '../../infra/config/gateway-tls-options.js';
import { claimDataFolder } from '../../infra/supervisor/data-folder-claim.js';
import { startDetached } from '../../infra/supervisor/detach.js';
import { endOrphans, findOrphans } from '../../infra/supervisor/orphans.js';
import { describeProcesses } from '../../infra/supervisor/describe-processes.js';
import { scalableRoles } from '../../infra/supervisor/copies.js';
import { firstCopies, recruitAll } from '../../infra/supervisor/first-copies.js';
import { planEtcd } from '../../infra/supervisor/plan-etcd.js';
import { recruitRoles } from '../../infra/supervisor/recruit-roles.js';
import { gatewayAddresses, reportProcesses } from '../../infra/supervisor/process-report.js';
import { runSystem, type SystemPlan } from '../../infra/supervisor/run-system.js';
import { runningSystem } from '../../infra/supervisor/running-system.js';
import { readSystemState, type SystemState } from '../../infra/supervisor/system-state.js';
import { startWithinMs } from '../../infra/supervisor/until-ready.js';
import { exposed } from '../../query-api/access/exposed.js';
import { contradiction, upOptions, type UpOptions } from '../../infra/supervisor/up-options.js';

const folderHint = ({ dataDir }: UpOptions): string =>
  dataDir === resolve('.telemetry') ? '' : ` --data-dir ${dataDir}`;

const present = (state: SystemState, options: UpOptions, { print }: CliContext, detached: boolean): void => {
  const processes = reportProcesses(state, Date.now());
  const gateways = gatewayAddresses(state);
  if (options.json) return print(JSON.stringify({ processes, etcd: state.etcd, gateways }));
  print('telemetry is up.');
  for (const line of describeProcesses(processes)) print(`  ${line}`);
  if (!state.etcd.embedded) print(`  etcd: ${state.etcd.endpoints.join(', ')}`);
  for (const url of gateways) print(`Query API: ${url}`);
  const hint = folderHint(options);
  const waits = processes.some(({ role, state, waiting }) => role === 'gateway' && state === 'starting' && waiting);
  if (waits) print(`No collector runs here; telemetry scale collectors=1${hint} starts one.`);
  print(`telemetry logs${hint} shows what they say; ${detached ? `telemetry down${hint}` : 'Ctrl-C'} stops them.`);
};

const sayWhatRuns = async (options: UpOptions, { complain }: CliContext): Promise<ExitCode> => {
  complain(`A system runs on ${options.dataDir} already. Stop it with: telemetry down${folderHint(options)}`);
  const state = await runningSystem(options.dataDir);
  const reports = state === undefined ? [] : reportProcesses(state, Date.now());
  for (const line of describeProcesses(reports)) complain(`  ${line}`);
  return 1;
};

/** Ends what a killed supervisor left running; answers with what it ran. */
const clearAway = async (dataDir: string, say: (line: string) => void): Promise<SystemState | undefined> => {
  const left = await readSystemState(dataDir);
  const orphans = left === undefined ? [] : await findOrphans(left);
  if (orphans.length === 0) return left;
  say(`Ending what an earlier run left behind: ${orphans.map(({ name }) => name).join(', ')}.`);
  await endOrphans(orphans);
  return left;
};

const planSystem = async (
  options: UpOptions,
  before: SystemState | undefined,
  { complain, signal, environment }: CliContext,
): Promise<Either<string, SystemPlan>> => {
  const etcd = await planEtcd(options, environment, complain, signal);
  if (isLeft(etcd)) return etcd;
  const { endpoints, embedded, programs } = etcd.right;
  const recruit = recruitRoles(options, endpoints, process.argv[1]!, environment);
  const copies = firstCopies(options, before);
  const many = scalableRoles.filter((role) => before !== undefined && copies[role] > 1);
  if (many.length > 0) {
    complain(
      `Starting ${many.map((role) => `${String(copies[role])} ${role}s`).join(', ')}, as asked or as ran before.`,
    );
  }
  const roles = await recruitAll(recruit, copies);
  if (isLeft(roles)) return roles;
  const { etcdQuota: quota } = options;
  return right({
    ...{ dataDir: options.dataDir, prefix: options.prefix, startWithinMs },
    etcd: { endpoints: [...endpoints], embedded, ...(quota !== undefined && { quota_bytes: quota }) },
    ...{ etcdPrograms: programs, roles: roles.right, recruit },
  });
};

const runHere = async (options: UpOptions, context: CliContext): Promise<ExitCode> => {
  const { complain, signal } = context;
  const claim = await claimDataFolder(options.dataDir);
  if (claim.kind === 'held') return sayWhatRuns(options, context);
  try {
    const left = await clearAway(options.dataDir, complain);
    const { listen, readToken: readTokens = [], adminToken } = options;
    for (const warning of exposed(listen, { readTokens }, adminToken)) complain(warning);
    const plan = await planSystem(options, left, context);
    if (isLeft(plan)) {
      complain(`telemetry up: ${plan.left}`);
      return 1;
    }
    const end = await runSystem(
      plan.right,
      { onNews: complain, onReady: (state) => present(state, options, context, false) },
      signal,
    );
    if (end.kind === 'stopped') return 0;
    complain(`telemetry up: ${end.message}. See telemetry logs${folderHint(options)}.`);
    return 1;
  } finally {
    await claim.release();
  }
};

const runDetached = async (options: UpOptions, context: CliContext): Promise<ExitCode> => {
  const [script, ...args] = process.argv.slice(1);
  const foreground = {
    script: script!,
    args: args.filter((arg) => arg !== '--detach'),
    env: { ...context.environment, TELEMETRY_DETACH: '' },
    onLine: context.complain,
  };
  const outcome = await startDetached({ dataDir: options.dataDir, ...foreground }, context.signal);
  if (outcome.kind === 'failed') return outcome.code === 2 ? 2 : 1;
  present(outcome.state, options, context, true);
  return 0;
};

export const command = cliCommand({
  summary: 'Run a whole system: etcd, streamers, collectors and gateways, restarted when they crash.',
  notes:
    'Ctrl-C stops everything in order; a second one forces it. Without a collector, here or elsewhere on the same etcd,\n' +
    'nothing is folded, and a gateway serves only what was folded before.',
  options: upOptions,
  run: async (given, context) => {
    const options = { ...given, dataDir: resolve(given.dataDir) };
    const wrong = contradiction(options);
    if (wrong !== undefined) {
      context.complain(`telemetry up: ${wrong}`);
      return 2;
    }
    const tls = await gatewayKeyPair(options);
    if (isLeft(tls)) {
      context.complain(`telemetry up: ${tls.left}`);
      return 1;
    }
    return options.detach ? runDetached(options, context) : runHere(options, context);
  },
});
