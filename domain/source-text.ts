/** What comes next of a source's text, after decompression. */
export type TextStep =
  /** The next bytes. They are valid until the next step is asked for; copy what must be kept. */
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  /** Nothing more just now (standard input, a followed file): hand on what is complete. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'end' }
  /**
   * A followed path holds another file now. The old one has been read to its end, or up to `cutAt`, where it was emptied
   * or written anew before more of it was read.
   */
  | { readonly kind: 'replaced'; readonly cutAt?: number }
  /** The rest cannot be read: a compressed file that breaks off, a disk error. A sentence for people. */
  | { readonly kind: 'broken'; readonly message: string };

/** Bytes as they are stored, which is compressed where the file is: for progress bars. */
export interface TextProgress {
  readonly readBytes: number;
  /** Undefined where nobody can know, as of standard input. */
  readonly sizeBytes: number | undefined;
}

/** What has been read, cannot be read again, and is not known to stand in the log. */
export interface UnsettledText {
  readonly bytes: number;
  /** Line ends among them. */
  readonly lines: number;
}

/**
 * Places for text in the memory of who works on it, at least two, of one size: bytes of a step that stand in one of them
 * need not be copied there.
 */
export type LentRoom = readonly Buffer[];

/** How a text is read, where it is a file. */
export interface TextWishes {
  /** Where what is read may be put, until the iterator has ended or returned. */
  readonly lent?: LentRoom | undefined;
  /** So many bytes are enough for the first step, which may still have more. */
  readonly atFirst?: number;
}

/** One file (or standard input) as text. Opened by its path once: what stands at the path later is another text. */
export interface SourceText {
  readonly path: string;
  /** Whether it is read on and on, so that it may be emptied, renamed or replaced while it is read. */
  readonly isFollowed: boolean;
  /** Whether it is a file at rest whose bytes are the text: it can be read from anywhere at no cost, and be split. */
  readonly isPlain: boolean;
  progress(): TextProgress;
  /** Whether `steps` can begin there: always in a file; of standard input what is settled is forgotten. */
  canGoBackTo(from: number): boolean;
  /**
   * The text from byte `from` of the decompressed text on; ends after a step other than `text` and `idle`, or when
   * the signal aborts. One at a time: return an earlier iterator before asking for another.
   *
   * @param wishes what a file may go by
   */
  steps(from: number, signal: AbortSignal, wishes?: TextWishes): AsyncIterableIterator<TextStep>;
  /** Told that all before byte `offset` stands in the log. Standard input forgets it then, but for 64 KiB. */
  settled(offset: number): void;
  /** Undefined where everything can be read again, as of a file. */
  unsettled(): UnsettledText | undefined;
}

/** Opens what stands at one path now. Called again after `replaced`, it waits for the new file. */
export type OpenText = (signal: AbortSignal) => Promise<TextOpening>;

export type TextOpening =
  | { readonly kind: 'opened'; readonly text: SourceText }
  | { readonly kind: 'unreadable'; readonly path: string; readonly message: string };
