import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { freePort, isPortFree } from './free-port.js';

export interface PortWanted {
  /** The port that somebody asked for, 0 for any free one; undefined lets the next free one from `usual` on be taken. */
  readonly asked: number | undefined;
  readonly usual: number;
  readonly host: string;
  /** Ports that are promised to others, whether they listen already or not. */
  readonly taken?: ReadonlySet<number>;
}

/** How far from the usual port a free one is looked for. */
const reach = 1_000;

/** A port to listen on. Left says that the asked one is taken: asked for means that no other will do. */
export const listenPort = async ({ asked, usual, host, taken }: PortWanted): Promise<Either<string, number>> => {
  if (asked === 0) return right(await freePort(taken, host));
  if (asked !== undefined) {
    if (await isPortFree(asked, host)) return right(asked);
    return left(
      `Port ${String(asked)} on ${host} is taken by another program. Stop that program, or name another port with --port.`,
    );
  }
  for (let port = usual; port < Math.min(usual + reach, 65_536); port++) {
    if (taken?.has(port) !== true && (await isPortFree(port, host))) return right(port);
  }
  return left(`There is no free port from ${String(usual)} on; name another with --port.`);
};
