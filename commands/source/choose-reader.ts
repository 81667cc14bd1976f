import { type BlockReader, createBlockReader } from './block-reader.js';
import { type BlockReaderStart } from './block-writer.js';
import { type Learnt } from './learnt.js';
import { PredictiveReader } from './predictive/predictive-reader.js';

/**
 * The predictive reader where rows begin with their time and have one value; otherwise the reference reader.
 *
 * @param learnt what an earlier reader with the same dictionary has learnt
 */
export const chooseReader = (start: BlockReaderStart, learnt?: Learnt): BlockReader => {
  const { timeColumn, valueColumn } = start.form;
  return timeColumn === 0 && valueColumn !== undefined
    ? new PredictiveReader(start, valueColumn, learnt?.templates)
    : createBlockReader(start);
};
