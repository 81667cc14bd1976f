import { counted, lasting, mebibytes, plural } from '../../domain/quantities.js';
import { tableLines } from '../cli/table.js';
import { describeProcesses } from './describe-processes.js';
import { type HeldLine, type ProjectionLine, type SystemStatus } from './system-status.js';

const etcdLine = ({ etcd }: SystemStatus): readonly string[] => {
  const { db_bytes: file, db_in_use_bytes: used, quota_bytes: quota, state, advice } = etcd;
  const name = `etcd ${etcd.endpoints.join(' ')}`;
  const help = advice === undefined ? [] : [advice];
  if (file === undefined || used === undefined || quota === undefined) {
    return state === undefined ? [] : [`${name}: ${state}`, ...help];
  }
  const share = quota === 0 ? 0 : Math.round((100 * used) / quota);
  return [
    `${name}: ${mebibytes(used)} of ${mebibytes(quota)} in use (${String(share)} %), file ${mebibytes(file)}`,
    ...help,
  ];
};

const logLines = ({ log, head, dead_letters: letters }: SystemStatus, rate: number | undefined): readonly string[] =>
  log === undefined
    ? []
    : [
        `log: ${plural(log.events, 'event')}${rate === undefined ? '' : ` (${counted(rate)}/s)`} in ` +
          `${plural(log.segments, 'segment')}, ${plural(log.partitions, 'partition')}, ${plural(log.lanes, 'lane')}, ` +
          (head ? `head at revision ${head}` : 'empty'),
        plural(letters ?? 0, 'dead letter'),
      ];

const kept = (what: string, { bytes, allowed_bytes: allowed, hours }: HeldLine): string =>
  `${what}: ${lasting(hours * 3_600)} in ${mebibytes(bytes)} of at most ${mebibytes(allowed)}`;

const retentionLines = ({ retention }: SystemStatus): readonly string[] => {
  if (retention === undefined) return [];
  const { log, models, advice } = retention;
  const gone = log.trimmed_events === 0 ? '' : `, ${plural(log.trimmed_events, 'event')} deleted before`;
  return [
    `${kept('kept of the log', log)}${gone}`,
    ...advice,
    ...models.map((one) => kept(`kept of ${one.name} ${one.generation}`, one)),
  ];
};

const heading = ['PROJECTION', 'VERSION', 'GENERATION', 'STATE', 'EVENTS', 'BEHIND'];

const rowOf = (line: ProjectionLine): readonly string[] => [
  line.name,
  String(line.version),
  line.generation,
  line.state,
  counted(line.events),
  plural(line.lag_segments, 'segment'),
];

const projectionLines = ({ projections = [] }: SystemStatus): readonly string[] =>
  projections.length === 0 ? [] : ['', ...tableLines([heading, ...projections.map(rowOf)])];

/** The status for people, line by line. @param rate events a second that the log has grown by lately */
export const describeStatus = (status: SystemStatus, rate?: number): readonly string[] => [
  ...describeProcesses(status.processes),
  ...projectionLines(status),
  ...(status.processes.length === 0 ? [] : ['']),
  ...logLines(status, rate),
  ...retentionLines(status),
  ...etcdLine(status),
];
