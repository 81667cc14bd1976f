import { element, say } from './element.js';
import { count, counted, plainNumber, quantity } from './quantities.js';
import { type Totals } from './totals.js';

interface Tile {
  readonly root: HTMLElement;
  readonly title: HTMLElement;
  readonly value: HTMLElement;
  readonly note: HTMLElement;
}

const tile = (name: string): Tile => {
  const title = element('h2', {}, name);
  const value = element('p', { class: 'figure' });
  const note = element('p', { class: 'note' });
  return { root: element('div', { class: 'tile' }, title, value, note), title, value, note };
};

/** The row of figures above the map. */
export class FleetTotals {
  readonly #gpus = tile('GPUs');
  readonly #utilization = tile('Utilization');
  readonly #memory = tile('Memory');
  readonly #power = tile('Power');
  readonly root = element(
    'div',
    { class: 'tiles' },
    ...[this.#gpus, this.#utilization, this.#memory, this.#power].map(({ root }) => root),
  );

  /** @param loaded whether all GPUs are known: before, none is not said to be none */
  show({ byStatus, power, meanPower, memoryUsed, memory, utilization }: Totals, hosts: number, loaded: boolean): void {
    const all = byStatus.active + byStatus.stale + byStatus.missing;
    const bad = [
      ...(byStatus.stale > 0 ? [`${count(byStatus.stale)} stale`] : []),
      ...(byStatus.missing > 0 ? [`${count(byStatus.missing)} missing`] : []),
    ];
    const isKnown = loaded || all > 0;
    say(this.#gpus.value, isKnown ? count(all) : '–');
    say(this.#gpus.title, isKnown ? `GPUs on ${counted(hosts, 'host')}` : 'GPUs');
    say(this.#gpus.note, isKnown ? [`${count(byStatus.active)} active`, ...bad].join(', ') : 'loading …');
    say(this.#utilization.value, utilization === undefined ? '–' : `${plainNumber(utilization)}%`);
    say(this.#utilization.note, 'mean of active GPUs');
    say(this.#memory.value, memoryUsed === undefined ? '–' : quantity('memory_used_mb', memoryUsed));
    say(
      this.#memory.note,
      memory === undefined
        ? ''
        : `of ${quantity('memory_used_mb', memory)}, ${plainNumber(((memoryUsed ?? 0) / memory) * 100)}%`,
    );
    say(this.#power.value, power === undefined ? '–' : quantity('power_draw', power));
    say(this.#power.note, meanPower === undefined ? '' : `${quantity('power_draw', meanPower)} each`);
  }
}
