import { type StoreAnswer } from '../../../../domain/store-answer.js';
import { type AppendStore, type LaneClaim, type LaneClaims } from '../../../../commands/append/append-port.js';
import { type Pause } from '../../../../commands/append/pause.js';
import { type Chance } from './chance.js';
import { type World } from './world.js';

/** Something that will happen when its turn comes. */
interface Task {
  readonly run: () => void;
}

const unknown = { kind: 'unknown', failure: { kind: 'slow', message: 'no answer' } } as const;

/** How often things go wrong, each from 0 to 1. */
export interface Faults {
  readonly lostRequest: number;
  readonly lostReply: number;
  readonly lateApply: number;
}

/**
 * What stands between streamers and the world: everything that is asked or waited for becomes a task, and tasks run in
 * random order. A request may be lost, its answer may be lost, or it may be applied long after its time-out.
 */
export class Network {
  readonly #tasks: Task[] = [];
  faults: Faults;
  appliedLate = 0;

  constructor(
    private readonly world: World,
    private readonly chance: Chance,
    faults: Faults,
  ) {
    this.faults = faults;
  }

  get isQuiet(): boolean {
    return this.#tasks.length === 0;
  }

  /** Runs one waiting task. */
  step(): void {
    const index = this.chance.below(this.#tasks.length);
    const [task] = this.#tasks.splice(index, 1);
    task?.run();
  }

  /** The connection of one process, which `cut` ends for good: what it has sent may still be applied. */
  connect(): Connection {
    return new Connection(this.world, this.chance, this);
  }

  later(run: () => void): void {
    this.#tasks.push({ run });
  }
}

export class Connection implements AppendStore, LaneClaims {
  #isCut = false;
  /** Claims as this process knows them, to lose some. */
  readonly claims: { readonly claim: LaneClaim; readonly lose: () => void }[] = [];

  constructor(
    private readonly world: World,
    private readonly chance: Chance,
    private readonly network: Network,
  ) {}

  cut(): void {
    this.#isCut = true;
  }

  readonly pause: Pause = (_, signal) => this.#task(() => undefined, signal);

  open: AppendStore['open'] = () => Promise.reject(new Error('not asked in a simulation'));

  readCheckpoint: AppendStore['readCheckpoint'] = (source, signal) =>
    this.#call(() => this.world.checkpoints.get(source), signal);

  readHeads: AppendStore['readHeads'] = (lane, _, signal) => this.#call(() => this.world.heads(lane), signal);

  writePlan: AppendStore['writePlan'] = () => Promise.reject(new Error('not asked in a simulation'));

  writeLetterCounts: AppendStore['writeLetterCounts'] = () => Promise.reject(new Error('not asked in a simulation'));

  sourcesTaken: LaneClaims['sourcesTaken'] = (signal) => this.#call(() => new Set(this.world.readers.keys()), signal);

  append: AppendStore['append'] = (append, signal) => this.#call(() => this.world.append(append), signal);

  /** A claim whose answer was lost is held by nobody, until its lease runs out. */
  claim: LaneClaims['claim'] = async (signal) => {
    const answer = await this.#call(() => this.world.claimLane(), signal);
    if (answer.kind === 'unknown') return answer;
    return { kind: 'answered', value: answer.value && this.#claimOf(answer.value) };
  };

  #claimOf({ lane, revision }: Pick<LaneClaim, 'lane' | 'revision'>): LaneClaim {
    const lost = new AbortController();
    const claim: LaneClaim = {
      ...{ lane, revision, lost: lost.signal, release: async () => this.world.freeLane(lane, revision) },
      takeSource: async (source, signal) => {
        const answer = await this.#call(() => this.world.claimSource(source, lane, revision), signal);
        if (answer.kind === 'unknown') return answer;
        const { value } = answer;
        if (value !== 'lease gone') return { kind: 'answered', value };
        lost.abort();
        return unknown;
      },
      giveSource: (source, signal) => this.#call(() => this.world.freeSource(source), signal),
    };
    this.claims.push({ claim, lose: () => lost.abort() });
    return claim;
  }

  #call<T>(apply: () => T, signal: AbortSignal): Promise<StoreAnswer<T>> {
    const { chance, network } = this;
    const { lostRequest, lostReply, lateApply } = network.faults;
    const luck = chance.next();
    const applyLater = () => {
      network.appliedLate++;
      apply();
    };
    return this.#task<StoreAnswer<T>>(
      () => {
        if (luck < lostRequest) return unknown;
        if (luck < lostRequest + lateApply) {
          network.later(applyLater);
          return unknown;
        }
        const value = apply();
        return luck < lostRequest + lateApply + lostReply ? unknown : { kind: 'answered', value };
      },
      signal,
      applyLater,
    );
  }

  /** @param afterAll what a request that nobody waits for any more may still do */
  #task<T>(run: () => T, signal: AbortSignal, afterAll?: () => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isOver = false;
      const abandon = () => {
        if (isOver) return;
        isOver = true;
        if (!this.#isCut) reject(signal.reason as Error);
        if (afterAll && this.chance.happens(0.5)) this.network.later(afterAll);
      };
      if (signal.aborted) return abandon();
      signal.addEventListener('abort', abandon, { once: true });
      this.network.later(() => {
        if (isOver) return;
        isOver = true;
        signal.removeEventListener('abort', abandon);
        if (this.#isCut) {
          if (this.chance.happens(0.5)) afterAll?.();
          return;
        }
        resolve(run());
      });
    });
  }
}
