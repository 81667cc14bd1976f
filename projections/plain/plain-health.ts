import { type HealthSignal, readingOf, signalsOf } from '../../domain/health-signals.js';
import { type Condition, type Episode, lateJoin } from '../health/episode.document.js';
import { type HealthDocument, healthDocument, healthLimits, healthPath } from '../health/health.document.js';
import { addFinite } from '../documents/tally.document.js';
import { PlainDocuments } from './plain-documents.js';
import { eventsOf, type PlainEvent, type PlainFold } from './plain-fold.js';

type Part = Pick<HealthDocument, 'conditions' | 'episodes' | 'dropped' | 'truncated'>;

const newDocument = ({ revision, device: { cluster, hostname, uuid } }: PlainEvent): HealthDocument => ({
  ...{ revision, cluster, hostname, uuid, truncated: false, dropped: 0, conditions: [], episodes: [], watches: [] },
});

/** Sums with one more sample in them. */
const with1 = <A extends Condition>(sums: A, { value, effective: at }: PlainEvent, amount: number): A => ({
  ...sums,
  count: addFinite(sums.count, amount),
  samples: sums.samples + 1,
  first: at < sums.first ? at : sums.first,
  last: at > sums.last ? at : sums.last,
  worst: Math.max(sums.worst, value),
});

const firstOf = (name: string, code: number, { value, effective: at }: PlainEvent, amount: number): Condition => ({
  ...{ signal: name, code, count: addFinite(0, amount), samples: 1, first: at, last: at, worst: value },
});

const summed = (document: Part, name: string, code: number, event: PlainEvent, amount: number): Part => {
  const isIt = (one: Condition) => one.signal === name && one.code === code;
  if (document.conditions.some(isIt)) {
    const conditions = document.conditions.map((one) => (isIt(one) ? with1(one, event, amount) : one));
    return { ...document, conditions };
  }
  if (document.conditions.length === healthLimits.conditions) return { ...document, truncated: true };
  return { ...document, conditions: [...document.conditions, firstOf(name, code, event, amount)] };
};

const withEpisode = (document: Part, episode: Episode): Part => {
  const episodes = [...document.episodes, episode];
  if (episodes.length <= healthLimits.episodes) return { ...document, episodes };
  const oldest = episodes.find(({ ended }) => ended !== null);
  return { ...document, episodes: episodes.filter((one) => one !== oldest), dropped: document.dropped + 1 };
};

/** One event against one thing that it may tell of; undefined where the document stays as it is. */
const step = (document: HealthDocument, signal: HealthSignal, event: PlainEvent): Part | undefined => {
  const { name, rule } = signal;
  const { revision, effective: at } = event;
  const watch = document.watches.find((one) => one.signal === name);
  const reading = readingOf(signal, event.value, watch?.value ?? 0);
  const open = document.episodes.find((one) => one.signal === name && one.ended === null);
  const isLate = watch !== undefined && at < watch.at;
  if (isLate && (!reading || rule.kind === 'counter')) return undefined;

  // To which episode the event belongs; it begins one where that is none.
  let mine: Episode | undefined;
  if (reading && isLate) {
    const near = document.episodes.filter(
      (one) =>
        one.signal === name && one.code === reading.code && one.first <= at + lateJoin && at <= one.last + lateJoin,
    );
    mine = near.at(-1);
  } else if (reading && open?.code === reading.code) mine = open;

  let part: Part = document;
  if (!isLate && open !== undefined && open !== mine) {
    const episodes = part.episodes.map((one) => (one === open ? { ...one, ended: revision } : one));
    part = { ...part, episodes };
  }
  if (reading) {
    const amount = mine === undefined || rule.kind === 'counter' ? reading.amount : 0;
    const { code } = reading;
    if (mine === undefined) {
      const episode = { ...firstOf(name, code, event, amount), began: revision, ended: isLate ? revision : null };
      part = withEpisode(part, episode);
    } else part = { ...part, episodes: part.episodes.map((one) => (one === mine ? with1(one, event, amount) : one)) };
    part = summed(part, name, code, event, amount);
  }
  return part;
};

const fold = (document: HealthDocument, signal: HealthSignal, event: PlainEvent): HealthDocument => {
  const { name, rule } = signal;
  const { revision, effective: at } = event;
  const part = step(document, signal, event);
  if (part === undefined) return document;
  const watch = document.watches.find((one) => one.signal === name);
  const isLate = watch !== undefined && at < watch.at;
  const value = rule.kind === 'counter' ? Math.max(event.value, 0) : 0;
  const changed = part !== document || (watch !== undefined && rule.kind === 'counter' && watch.value !== value);
  if (!changed) return document;
  const next = isLate ? watch : { signal: name, value, at };
  const watches =
    watch === undefined ? [...document.watches, next] : document.watches.map((one) => (one === watch ? next : one));
  return { ...document, ...part, revision, watches };
};

/** The documents of {@link HealthDocument}. */
export const plainHealth = (): PlainFold => {
  const documents = new PlainDocuments(healthDocument);
  return {
    add: (logged) => {
      for (const event of eventsOf(logged)) {
        const path = healthPath(event.device.cluster, event.device.hostname, event.device.uuid);
        for (const signal of signalsOf(event.series.metric)) {
          const before = documents.get(path) ?? newDocument(event);
          const after = fold(before, signal, event);
          if (after !== before) documents.put(path, after);
        }
      }
    },
    documents: () => documents.stored(),
  };
};
