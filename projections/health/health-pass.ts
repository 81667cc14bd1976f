import { type Device } from '../../domain/device.js';
import { type Revision } from '../../domain/revision.js';
import { effectiveOf, type SegmentView } from '../folding/segment-view.js';
import { emptyHealth, type HealthState } from './health-state.js';
import { takeSample } from './health-step.js';
import { watchAll, type WatchedSeries } from './watched-series.js';

/** Folds one segment into the states of its devices. Looks at events only where something is or was wrong. */
export class HealthPass {
  /** How many signals of devices are watched that were not before. */
  begun = 0;
  private readonly changed = new Set<HealthState>();
  /** By number of the device: null where the segment has been folded already. */
  private readonly states = new Map<number, HealthState | null>();

  constructor(
    private readonly view: SegmentView,
    private readonly revision: Revision,
    private readonly watched: WatchedSeries,
    private readonly find: (device: Device) => HealthState | undefined,
  ) {}

  /** The states that the segment changed, new ones among them. */
  run(): ReadonlySet<HealthState> {
    const { seriesAt, values } = this.view.samples;
    const { least } = this.watched;
    for (let i = 0; i < values.length; i++) if (values[i]! >= least[seriesAt[i]!]!) this.take(i);
    return this.changed;
  }

  private take(event: number): void {
    const s = this.view.samples.seriesAt[event]!;
    const number = this.view.subjects.deviceAt[s]!;
    const state = this.stateOf(number);
    if (!state) return;
    const before = state.watches.size;
    const at = effectiveOf(this.view, event);
    const told = { value: this.view.samples.values[event]!, at, revision: this.revision };
    for (const signal of this.watched.signals.get(s)!) if (takeSample(state, signal, told)) this.changed.add(state);
    if (state.watches.size === before) return;
    this.begun += state.watches.size - before;
    watchAll(this.watched, this.view.subjects, number, ({ name }) => state.watches.has(name));
  }

  private stateOf(number: number): HealthState | null {
    const known = this.states.get(number);
    if (known !== undefined) return known;
    const { device } = this.view.subjects.devices[number]!;
    const found = this.find(device) ?? emptyHealth(device);
    const state = found.revision < this.revision ? found : null;
    this.states.set(number, state);
    return state;
  }
}
