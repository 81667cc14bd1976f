import { type BlockReader, createBlockReader } from './block-reader.js';
import { type BlockReaderStart } from './block-writer.js';
import { PredictiveReader } from './predictive/predictive-reader.js';

/** The predictive reader where rows begin with their time and have one value; otherwise the reference reader. */
export const chooseReader = (start: BlockReaderStart): BlockReader => {
  const { timeColumn, valueColumn } = start.form;
  return timeColumn === 0 && valueColumn !== undefined
    ? new PredictiveReader(start, valueColumn)
    : createBlockReader(start);
};
