import { type Gpu } from './feed-messages.js';
import { type GpuTable } from './gpu-table.js';
import { hostNames } from './host-names.js';
import { age, count, isAhead } from './quantities.js';

/** More are counted. */
const mostNamed = 3;
/** By so little nobody takes one time for another. */
const noticedMs = 60_000;

/** What hosts are called whose newest values are dated later than now. @param now milliseconds since the Unix epoch */
export const hostsAhead = (table: GpuTable, now: number): readonly string[] => {
  const ahead: Gpu[] = [];
  for (const metric of table.metrics)
    table.column(metric)!.times.forEach((time, place) => {
      if (isAhead(time - now)) ahead.push(table.gpus[place]!);
    });
  if (ahead.length === 0) return [];
  return [...new Set(ahead.map(hostNames(table.gpus)))].sort();
};

/** What that means; empty where there are none. Says no figure that changes: it is read out. */
export const textOfAhead = (hosts: readonly string[]): string => {
  if (hosts.length === 0) return '';
  const who = hosts.length <= mostNamed ? hosts.join(', ') : `${count(hosts.length)} hosts`;
  return `Values of ${who} are dated later than now: a clock there is wrong.`;
};

/** Where this device's clock is another than the gateway's. @param gatewayAhead milliseconds */
export const textOfDevice = (gatewayAhead: number): string => {
  if (Math.abs(gatewayAhead) < noticedMs) return '';
  const how = gatewayAhead > 0 ? 'behind' : 'ahead of';
  return `The clock of this device is ${age(Math.abs(gatewayAhead))} ${how} the gateway's: how old something is goes by that one.`;
};
