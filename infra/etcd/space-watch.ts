import { setTimeout as pause } from 'node:timers/promises';
import { type StoreSpace } from '../../domain/store-space.js';
import { type EtcdMembers } from './etcd-members.js';

/** How full etcd was when it was last asked, and whether it took puts. */
export interface SpaceReading {
  readonly space: StoreSpace;
  readonly alarmed: boolean;
}

const everyMs = 2_000;

/** Asks etcd now and then how full it is. */
export class EtcdSpaceWatch {
  #reading: SpaceReading | undefined;

  constructor(private readonly members: Pick<EtcdMembers, 'space' | 'alarms'>) {}

  /** Undefined before its first answer. */
  get reading(): SpaceReading | undefined {
    return this.#reading;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const [space, alarms] = await Promise.all([this.members.space(signal), this.members.alarms(signal)]);
        if (space.kind === 'answered' && alarms.kind === 'answered') {
          this.#reading = { space: space.value, alarmed: alarms.value.length > 0 };
        }
        await pause(everyMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
