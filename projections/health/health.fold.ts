import { type Device, deviceKey } from '../../domain/device.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { DocumentSet } from '../folding/document-set.js';
import { type SegmentView } from '../folding/segment-view.js';
import { type Subjects } from '../folding/subjects.js';
import { type HealthDocument } from './health.document.js';
import { HealthPass } from './health-pass.js';
import { healthState, type HealthState } from './health-state.js';
import { watchAll, watchedSeries, type WatchedSeries } from './watched-series.js';

/** What is to be looked at in each table of series, worked out once for each, and again when more is being watched. */
class WatchedTables {
  readonly #tables = new WeakMap<Subjects, WatchedSeries>();
  /** Signals watched in all documents: it only grows. */
  watches = 0;

  constructor(private readonly find: (device: Device) => HealthState | undefined) {}

  of({ samples, subjects }: SegmentView): WatchedSeries {
    const table = this.#tables.get(subjects) ?? watchedSeries(samples.series);
    this.#tables.set(subjects, table);
    if (table.watches !== this.watches) this.#watch(table, subjects);
    return table;
  }

  #watch(table: WatchedSeries, subjects: Subjects): void {
    const devices = new Set([...table.signals.keys()].map((s) => subjects.deviceAt[s]!));
    for (const number of devices) {
      const state = this.find(subjects.devices[number]!.device);
      if (state) watchAll(table, subjects, number, ({ name }) => state.watches.has(name));
    }
    table.watches = this.watches;
  }
}

/** Folds what is and was wrong with each device; see {@link HealthDocument}. */
export const healthFold = (): DocumentFold => {
  const documents = new DocumentSet<HealthState, HealthDocument>(healthState, deviceKey);
  const find = (device: Device): HealthState | undefined => documents.get(deviceKey(device));
  const tables = new WatchedTables(find);
  return {
    kind: 'health',
    load: (document) => {
      documents.load(document);
      tables.watches++;
    },
    fold: (view, revision) => {
      const watched = tables.of(view);
      if (watched.signals.size === 0) return;
      const pass = new HealthPass(view, revision, watched, find);
      for (const state of pass.run()) documents.touch(documents.add(state), revision);
      tables.watches += pass.begun;
      watched.watches = tables.watches;
    },
    take: () => documents.take(),
  };
};
