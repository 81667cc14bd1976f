import { type SegmentView } from '../folding/segment-view.js';
import { TallyPass } from '../folding/tallies.js';
import { hostLimits } from './host.document.js';
import { type HostState, talliesOf } from './host-state.js';

/** One of a host's last minutes, within one segment. */
interface Pass {
  readonly host: HostState;
  tally: TallyPass | undefined;
}

/**
 * Adds each event to its minute, where that is one of its host's last two; the states that this changed. An older
 * minute would be dropped at the end of the segment, so its events need not be added first.
 *
 * @param newest by the segment's number of the host: the host's newest minute once the segment is folded
 */
export const takeMinutes = (
  view: SegmentView,
  hosts: readonly (HostState | undefined)[],
  newest: readonly number[],
): HostState[] => {
  const { samples, subjects, minutes } = view;
  const passes = hosts.flatMap((host) => Array.from({ length: hostLimits.minutes }, () => host && passOf(host)));
  for (let i = 0; i < samples.values.length; i++) {
    const s = samples.seriesAt[i]!;
    const host = subjects.hostAt[s]!;
    const age = newest[host]! - minutes[samples.timeAt[i]!]!;
    const pass = age < hostLimits.minutes ? passes[host * hostLimits.minutes + age] : undefined;
    if (!pass) continue;
    pass.tally ??= new TallyPass(talliesOf(pass.host, newest[host]! - age), subjects.metrics);
    pass.tally.add(subjects.metricAt[s]!, samples.values[i]!);
  }
  return passes
    .filter((pass) => pass !== undefined)
    .filter(settle)
    .map(({ host }) => host);
};

const passOf = (host: HostState): Pass => ({ host, tally: undefined });

/** True when the minute changed the host's document. */
const settle = ({ host, tally }: Pass): boolean => {
  if (!tally) return false;
  const overflowed = tally.overflowed && !host.truncated;
  host.truncated ||= tally.overflowed;
  return tally.added || overflowed;
};
