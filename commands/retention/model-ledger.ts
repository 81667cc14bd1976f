import { type Instant } from '../../domain/instant.js';

/**
 * Where a document stands among those of its generation: retention drops whole blocks, from the lowest on. A block is
 * a run of history, by the revision of its last segment, or a minute of clusters, by its start.
 */
export interface DocumentAge {
  readonly block: bigint;
  /** Its number among the documents of its folder in the block, from 0. */
  readonly part: number;
  /** The times that it tells of. */
  readonly oldest: Instant;
  readonly newest: Instant;
}

/** Documents that go together. */
export interface AgedBlock {
  readonly block: bigint;
  readonly bytes: number;
  readonly oldest: Instant;
  readonly newest: Instant;
}

/** A document as it was put, without its content; deleted when it has no bytes. */
export interface SizedDocument {
  /** All of its key but the last part, by which the documents of a folder stand in the order of their blocks. */
  readonly folder: string;
  readonly bytes: number | undefined;
}

interface Block {
  bytes: number;
  oldest: Instant;
  newest: Instant;
  /** Bytes by folder; those of further parts by folder and part. */
  readonly documents: Map<string, number>;
  readonly folders: Set<string>;
}

/**
 * How large the documents of a generation are, and how old. A few dozen bytes for each document: folders are named
 * once for all blocks.
 */
export class ModelLedger {
  readonly #blocks = new Map<bigint, Block>();
  readonly #folders = new Map<string, string>();

  put({ folder, bytes }: SizedDocument, { block: number, part, oldest, newest }: DocumentAge): void {
    const block = this.#blocks.get(number) ?? {
      ...{ bytes: 0, oldest, newest, documents: new Map<string, number>(), folders: new Set<string>() },
    };
    this.#blocks.set(number, block);
    const known = this.#folders.get(folder) ?? folder;
    this.#folders.set(known, known);
    const document = part === 0 ? known : `${known} ${String(part)}`;
    block.folders.add(known);
    block.bytes += (bytes ?? 0) - (block.documents.get(document) ?? 0);
    if (bytes === undefined) block.documents.delete(document);
    else block.documents.set(document, bytes);
    if (oldest < block.oldest) block.oldest = oldest;
    if (newest > block.newest) block.newest = newest;
    if (block.documents.size === 0) this.#blocks.delete(number);
  }

  /** In their order. */
  get blocks(): readonly AgedBlock[] {
    return [...this.#blocks]
      .map(([block, { bytes, oldest, newest }]) => ({ block, bytes, oldest, newest }))
      .sort((a, b) => (a.block < b.block ? -1 : 1));
  }

  /** The folders that hold documents of blocks before one. */
  foldersBefore(from: bigint): readonly string[] {
    const folders = new Set<string>();
    for (const [block, held] of this.#blocks) if (block < from) for (const folder of held.folders) folders.add(folder);
    return [...folders];
  }

  /** Forgets blocks before one, because they were deleted. */
  drop(from: bigint): void {
    for (const block of this.#blocks.keys()) if (block < from) this.#blocks.delete(block);
  }
}
