import { element } from './element.js';
import { type Feed } from './feed.js';
import { type ProjectionProgress, type StoppedPartition } from './feed-messages.js';
import { bytes, count, counted, plainNumber } from './quantities.js';
import { stopsOf } from './stops.js';

const behind = (lag: number): string => (lag === 0 ? 'up to date' : `${counted(lag, 'segment')} behind`);

const stopLine = ({ partition, key, reason }: StoppedPartition): HTMLElement =>
  element(
    'li',
    {},
    element('span', { class: 'badge missing' }, 'stopped'),
    element('span', {}, `partition ${count(partition)} at ${key}: ${reason}`),
    element('span', { class: 'note' }, `telemetry log verify, then telemetry log quarantine ${key}`),
  );

const projectionRow = ({ name, generation, state, lagSegments, events }: ProjectionProgress): HTMLElement =>
  element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      name,
      ...(state === 'active' ? [] : [element('span', { class: 'badge' }, `${state} ${generation}`)]),
    ),
    element('td', { class: lagSegments === 0 ? 'number' : 'number warn' }, behind(lagSegments)),
    element('td', { class: 'number' }, count(Number(events))),
  );

const heads = ['Projection', 'Lag', 'Events'];

/** How far the read models are behind the log, what has stopped them, what could not be read, how full etcd is. */
export class PipelineCard {
  readonly #rows = element('tbody');
  readonly #stops = element('ul', { class: 'problems stops' });
  readonly #letters = element('p', { class: 'note letters' }, 'Loading …');
  readonly #space = element('p', { class: 'note' });
  readonly root = element(
    'section',
    { class: 'card' },
    element('h2', {}, 'Pipeline'),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      this.#rows,
    ),
    this.#stops,
    this.#letters,
    this.#space,
  );
  #shown = '';

  show({ progress, pipeline }: Feed): void {
    const text = JSON.stringify([[...progress.values()], pipeline]);
    if (text === this.#shown) return;
    this.#shown = text;
    const rows = [...progress.values()].sort((a, b) => a.name.localeCompare(b.name));
    this.#rows.replaceChildren(...rows.map(projectionRow));
    this.#stops.replaceChildren(...stopsOf(rows).map(stopLine));
    if (!pipeline) return;
    const { deadLetters, databaseUsedBytes: used, databaseQuotaBytes: quota } = pipeline;
    this.#letters.classList.toggle('warn', deadLetters > 0);
    this.#letters.textContent =
      deadLetters === 0 ? 'No dead letters' : `${counted(deadLetters, 'dead letter')}: telemetry dead-letters list`;
    this.#space.textContent =
      used === null || quota === null
        ? ''
        : `etcd: ${bytes(Number(used))} of ${bytes(Number(quota))} in use, ${plainNumber((Number(used) / Number(quota)) * 100)}%`;
  }
}
