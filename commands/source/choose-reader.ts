import { type BlockReader, createBlockReader } from './block-reader.js';
import { type BlockReaderStart } from './block-writer.js';
import { type Learnt } from './learnt.js';
import { PredictiveReader } from './predictive/predictive-reader.js';
import { RowTemplates } from './predictive/row-templates.js';

/**
 * The predictive reader where rows begin with their time and have one value; otherwise, and on a machine that cannot run
 * its kernel, the reference reader.
 *
 * @param learnt what an earlier reader with the same dictionary has learnt
 */
export const chooseReader = (start: BlockReaderStart, learnt?: Learnt): BlockReader => {
  const { timeColumn, valueColumn } = start.form;
  const isPredictable = timeColumn === 0 && valueColumn !== undefined;
  const templates = isPredictable ? (learnt ? learnt.templates : RowTemplates.create()) : undefined;
  return templates ? new PredictiveReader(start, valueColumn!, templates) : createBlockReader(start);
};
