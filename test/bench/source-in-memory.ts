import { openSource } from '../../commands/source/open-source.js';
import { type ReadBlock } from '../../commands/source/read-block.js';
import { type Covered, type IdentifiedSource } from '../../commands/source/source.js';
import { type Streamable } from '../../commands/streamer/visit.js';
import { type ClusterId } from '../../domain/ids.js';
import { fileText } from '../../infra/source/file-text.js';
import { never } from '../support/never.js';

/** A file that has been read: its blocks, as a source that hands them out at once. */
export const sourceInMemory = async (path: string): Promise<Streamable> => {
  const opening = await openSource(fileText(path, { followEveryMillis: undefined }), 'bench' as ClusterId, never);
  if (opening.kind !== 'identified') throw new Error(`${path} is ${opening.kind}`);
  const reading = await opening.read(undefined, {}, never);
  if (reading.kind !== 'reading') throw new Error(reading.message);
  const blocks: { readonly block: ReadBlock; readonly covered: Covered }[] = [];
  for await (const block of reading.blocks()) blocks.push({ block, covered: reading.covered() });
  let handedOut = -1;
  const source: IdentifiedSource = {
    ...opening,
    ranged: undefined,
    read: async () => ({
      ...reading,
      async *blocks() {
        for (handedOut = 0; handedOut < blocks.length; handedOut++) yield blocks[handedOut]!.block;
        handedOut = blocks.length - 1;
      },
      covered: () => blocks[handedOut]!.covered,
    }),
  };
  return { path, open: async () => source };
};
