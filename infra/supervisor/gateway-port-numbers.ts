import { type Either, isLeft, right } from 'fp-ts/lib/Either.js';
import { listenPort } from '../processes/listen-port.js';
import { type UpOptions } from './up-options.js';

const usualPort = 8080;

/** The port of each gateway by its number: the first one's, and the next ones. */
export class GatewayPortNumbers {
  readonly #ports = new Map<number, number>();

  constructor(private readonly options: Pick<UpOptions, 'port' | 'listen'>) {}

  /** Finds ports for further gateways, or says which port is taken; then nothing has changed. */
  async assign(numbers: readonly number[]): Promise<Either<string, readonly number[]>> {
    const kept = [...this.#ports].filter(([number]) => !numbers.includes(number)).map(([, port]) => port);
    const found = new Map<number, number>();
    for (const number of numbers) {
      const before = found.get(number - 1) ?? this.#ports.get(number - 1);
      const port = await this.#portAfter(before, new Set([...kept, ...found.values()]));
      if (isLeft(port)) return port;
      found.set(number, port.right);
    }
    for (const [number, port] of found) this.#ports.set(number, port);
    return right([...found.values()]);
  }

  #portAfter(before: number | undefined, taken: ReadonlySet<number>): Promise<Either<string, number>> {
    const { port, listen: host } = this.options;
    const following = before === undefined ? undefined : before + 1;
    const asked = port === undefined || port === 0 ? port : (following ?? port);
    return listenPort({ asked, usual: following ?? usualPort, host, taken });
  }
}
