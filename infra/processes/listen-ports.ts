import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { isPortFree } from './free-port.js';

export interface PortsWanted {
  /** The first port that somebody asked for; undefined lets the next free ones from `usual` on be taken. */
  readonly asked: number | undefined;
  readonly usual: number;
  readonly count: number;
  readonly host: string;
}

/** How far from the usual port a free one is looked for. */
const reach = 1_000;

/** Ports to listen on, ascending. Left says which asked one is taken: asked for means that no other will do. */
export const listenPorts = async (wanted: PortsWanted): Promise<Either<string, readonly number[]>> => {
  const { asked, usual, count, host } = wanted;
  const first = asked ?? usual;
  const ports: number[] = [];
  for (let port = first; ports.length < count && port < Math.min(first + reach, 65_536); port++) {
    if (await isPortFree(port, host)) ports.push(port);
    else if (asked !== undefined) {
      return left(
        `Port ${String(port)} on ${host} is taken by another program. Stop that program, or name another port with --port.`,
      );
    }
  }
  return ports.length === count
    ? right(ports)
    : left(`There are not ${String(count)} free ports from ${String(first)} on; name another with --port.`);
};
