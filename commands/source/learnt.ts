import { RowTemplates } from './predictive/row-templates.js';
import { createSeriesDictionary } from './series-dictionary.js';

/** What readers learn of a text, for all readings of it, one at a time: they forget both together. */
export class Learnt {
  readonly dictionary = createSeriesDictionary();
  #templates: RowTemplates | undefined;

  /** Made when they are first needed: they take some megabytes. Undefined on a machine that cannot run their kernel. */
  get templates(): RowTemplates | undefined {
    return (this.#templates ??= RowTemplates.create());
  }
}
