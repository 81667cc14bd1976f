import { type ClusterId } from '../../domain/ids.js';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { ColdDocuments } from '../folding/cold-documents.js';
import { type DocumentFold } from '../folding/document-fold.js';
import { type StateFormat } from '../folding/document-set.js';
import { minuteOf, startOf } from '../folding/minutes.js';
import { type SegmentView } from '../folding/segment-view.js';
import { Tallies, TallyPass } from '../folding/tallies.js';
import { minuteDocument, type MinuteDocument, minutePath } from './minute.document.js';

interface MinuteState {
  readonly cluster: ClusterId;
  readonly minute: number;
  revision: Revision;
  truncated: boolean;
  readonly tallies: Tallies;
}

const minuteState: StateFormat<MinuteState, MinuteDocument> = {
  format: minuteDocument,
  pathOf: ({ cluster, minute }) => minutePath(cluster, startOf(minute)),
  fromDocument: ({ cluster, minute, revision, truncated, tallies }) => ({
    ...{ cluster, minute: minuteOf(minute), revision, truncated },
    tallies: Tallies.of(tallies),
  }),
  toDocument: ({ cluster, minute, revision, truncated, tallies }) => ({
    ...{ cluster, minute: startOf(minute), revision, truncated },
    tallies: tallies.toTallies(),
  }),
};

interface Pass {
  readonly state: MinuteState;
  readonly tally: TallyPass;
}

/** The segment's minutes with their events added; minutes that have folded the segment already are left out. */
const passesOf = (view: SegmentView, open: (minute: number) => MinuteState | undefined): readonly Pass[] => {
  const { samples, subjects, minutes } = view;
  const passes = new Map<number, Pass | undefined>();
  let [minute, pass]: [number, Pass | undefined] = [NaN, undefined];
  for (let i = 0; i < samples.values.length; i++) {
    const at = minutes[samples.timeAt[i]!]!;
    if (at !== minute) {
      minute = at;
      if (!passes.has(minute)) passes.set(minute, passOf(open(minute), view));
      pass = passes.get(minute);
    }
    pass?.tally.add(subjects.metricAt[samples.seriesAt[i]!]!, samples.values[i]!);
  }
  return [...passes.values()].filter((one) => one !== undefined);
};

const passOf = (state: MinuteState | undefined, view: SegmentView): Pass | undefined =>
  state && { state, tally: new TallyPass(state.tallies, view.subjects.metrics) };

/** Folds the metrics of each cluster by minute, from one minute on; see {@link MinuteDocument}. */
export const minuteFold = (from?: Instant): DocumentFold => {
  const oldest = from === undefined ? -Infinity : minuteOf(from);
  const documents = new ColdDocuments<MinuteState, MinuteDocument>(minuteState);
  const open = (cluster: ClusterId, minute: number, revision: Revision): MinuteState | undefined => {
    if (minute < oldest) return undefined;
    const known = documents.get(minutePath(cluster, startOf(minute)));
    if (known) return known.revision < revision ? known : undefined;
    return { cluster, minute, revision: beginning, truncated: false, tallies: Tallies.of([]) };
  };
  return {
    kind: 'minutes',
    load: (document) => {
      if (from === undefined || document.path.at(-1)! >= formatInstant(from)) documents.load(document);
    },
    fold: (view, revision) => {
      for (const { state, tally } of passesOf(view, (minute) => open(view.header.cluster, minute, revision))) {
        const overflowed = tally.overflowed && !state.truncated;
        state.truncated ||= tally.overflowed;
        if (tally.added || overflowed) documents.touch(state, revision);
      }
    },
    take: () => documents.take(),
  };
};
