import { Stream } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { ClientClosedError, type Etcd3, isRecoverableError } from 'etcd3';
import { givesSign, type Member, type Metadata } from './sign-of-life.js';
import { poolOf } from './sign-on.js';

interface Connection {
  readonly resource: Member;
}
type Use = (connection: Connection) => Promise<unknown>;

/** What is not public of the package: by which member a call goes. */
interface Pool {
  readonly hosts: readonly Member[];
  readonly authenticator: { getMetadata(): Promise<Metadata> };
  withConnection(service: string, use: Use, order?: Iterator<Member>): Promise<unknown>;
  markFailed(member: Member, error: Error): void;
}

/** Milliseconds between two times that a member is asked for a sign of life. */
const askAgainMs = 500;
/** Milliseconds that a call waits at most, where all members are in doubt, until one has given a sign. */
const waitMs = 500;

/**
 * Which members of a cluster answer. The package takes any for each call: by one that is silent, and takes connections
 * all the same, a third of all calls of a cluster of three would last their whole deadline, for as long as it is so.
 *
 * After a call that was not answered all members are in doubt, since it may be one that answers itself and waited for a
 * silent leader. Each is asked at once for what it knows by itself, so that it answers under any load as soon as it knows
 * a leader, and is in doubt no longer. Calls go by the others; where there are none, by any, as they would without this.
 */
export class LivingMembers {
  readonly #doubted = new Set<Member>();
  readonly #asked = new Set<Member>();
  readonly #streams = new WeakMap<Stream, Member>();
  readonly #waiting = new Set<() => void>();

  constructor(private readonly pool: Pool) {
    const connect = pool.withConnection.bind(pool);
    const failed = pool.markFailed.bind(pool);
    pool.withConnection = async (service, use) => {
      const member = await this.#choose();
      return connect(service, (connection) => this.#use(connection, use), [member].values());
    };
    pool.markFailed = (member, error) => {
      failed(member, error);
      this.doubt();
    };
  }

  /** Something was not answered: asks who lives. */
  doubt(): void {
    const { hosts } = this.pool;
    if (hosts.length === 1) return;
    for (const member of hosts) this.#doubted.add(member);
    for (const member of hosts) void this.#ask(member);
  }

  /** Whether the member that a stream goes by is in doubt. */
  isDoubted(stream: Stream): boolean {
    const member = this.#streams.get(stream);
    return member !== undefined && this.#doubted.has(member);
  }

  /** The same of the member at an address such as `http://127.0.0.1:2379`. */
  isDoubtedAt(endpoint: string): boolean {
    return [...this.#doubted].some(({ host }) => endpoint === `http://${host}`);
  }

  async #use(connection: Connection, use: Use): Promise<unknown> {
    try {
      const used = await use(connection);
      // A stream is there before anybody has answered.
      if (used instanceof Stream) this.#streams.set(used, connection.resource);
      else this.#doubted.delete(connection.resource);
      return used;
    } catch (error) {
      if (isRecoverableError(error as Error)) this.doubt();
      throw error;
    }
  }

  async #choose(): Promise<Member> {
    if (this.#trusted.length === 0) await this.#someoneLives();
    const among = this.#trusted.length > 0 ? this.#trusted : this.pool.hosts;
    return among[Math.floor(Math.random() * among.length)]!;
  }

  get #trusted(): readonly Member[] {
    return this.pool.hosts.filter((member) => !this.#doubted.has(member));
  }

  /** Keeps the process alive meanwhile: a call may be all that it waits for. */
  #someoneLives(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(late);
        this.#waiting.delete(go);
        resolve();
      };
      const late = setTimeout(go, waitMs);
      this.#waiting.add(go);
    });
  }

  /** Until it gives a sign of life, or the client is closed. */
  async #ask(member: Member): Promise<void> {
    if (this.#asked.has(member)) return;
    this.#asked.add(member);
    while (this.#doubted.has(member)) {
      const sign = await this.#signOf(member);
      if (sign === 'closed') break;
      if (sign) this.#doubted.delete(member);
      else await pause(askAgainMs, undefined, { ref: false });
    }
    this.#asked.delete(member);
    for (const go of [...this.#waiting]) go();
  }

  /** False also while nobody lets the client sign on. */
  async #signOf(member: Member): Promise<boolean | 'closed'> {
    try {
      return await givesSign(member, await this.pool.authenticator.getMetadata());
    } catch (error) {
      return error instanceof ClientClosedError ? 'closed' : false;
    }
  }
}

const known = new WeakMap<Etcd3, LivingMembers>();

/** From now on calls and streams of a client go by members that answer. */
export const preferLiving = (client: Etcd3): void => {
  known.set(client, new LivingMembers(poolOf<Pool>(client)));
};

/** Of a client that {@link preferLiving} was told of. */
export const livingMembers = (client: Etcd3): LivingMembers | undefined => known.get(client);
