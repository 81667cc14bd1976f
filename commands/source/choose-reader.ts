import { type LentRoom } from '../../domain/source-text.js';
import { type BlockReader, createBlockReader } from './block-reader.js';
import { type BlockReaderStart } from './block-writer.js';
import { type Learnt } from './learnt.js';
import { PredictiveReader } from './predictive/predictive-reader.js';
import { RowTemplates } from './predictive/row-templates.js';
import { type RowForm } from './row-form.js';

const isPredictable = ({ timeColumn, valueColumn }: RowForm): boolean => timeColumn === 0 && valueColumn !== undefined;

/**
 * The predictive reader where rows begin with their time and have one value; otherwise, and on a machine that cannot run
 * its kernel, the reference reader.
 *
 * @param learnt what an earlier reader with the same dictionary has learnt
 */
export const chooseReader = (start: BlockReaderStart, learnt?: Learnt): BlockReader => {
  const { form } = start;
  const templates = isPredictable(form) ? (learnt ? learnt.templates : RowTemplates.create()) : undefined;
  return templates ? new PredictiveReader(start, form.valueColumn!, templates) : createBlockReader(start);
};

/** Where the reader that is chosen wants its text, if anywhere. */
export const roomFor = (form: RowForm, learnt: Learnt): LentRoom | undefined =>
  isPredictable(form) ? learnt.templates?.chunks : undefined;
