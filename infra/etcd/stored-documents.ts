import { type Etcd3 } from 'etcd3';
import { type DocumentReader, GenerationGone, StoreSilent } from '../../domain/document-reader.js';
import { type ModelPart } from '../../domain/read-model.js';
import { keysIn, type KeyRange } from './key-path.js';
import { type Keys } from './keys.js';
import { EtcdError, persistently } from './persistently.js';
import { getOne, listRange } from './range.js';

type Path = readonly string[];

/** Milliseconds of failures in a row after which a query is told that etcd does not answer. */
const patienceMs = 3_000;
/** Gets in one transaction: 128 is etcd's limit, fewer keep the answer small. */
const together = 32;

const toSilence = (error: unknown): never => {
  if (error instanceof EtcdError)
    throw new StoreSilent(`History that is not in memory cannot be read now: ${error.message}`, { cause: error });
  throw error;
};

/**
 * Reads single documents of a read model from etcd; all reads are linearizable, so none is older than its call. A
 * generation is deleted record first: what was read while its record was still there is whole.
 */
export class StoredDocuments implements DocumentReader {
  constructor(
    private readonly client: Etcd3,
    private readonly keys: Keys,
  ) {}

  /** Documents that are read singly are never changed: the pages of their listing need not be of one revision. */
  async paths(part: ModelPart, below: Path, signal: AbortSignal): Promise<readonly Path[]> {
    const range: KeyRange = keysIn(`${this.keys.document(part, below)}/`);
    const options = { keysOnly: true, firstLimit: 1_000, anyRevision: true, patienceMs };
    const paths: Path[] = [];
    try {
      for await (const page of listRange(this.client, range, signal, options))
        if (page.kind === 'page') paths.push(...page.values.flatMap(({ key }) => this.pathOf(key)));
      await this.assertThere(part, signal);
    } catch (error) {
      toSilence(error);
    }
    return paths;
  }

  private pathOf(key: string): readonly Path[] {
    const path = this.keys.parseModel(key)?.path;
    return path === undefined ? [] : [path];
  }

  async read(part: ModelPart, paths: readonly Path[], signal: AbortSignal): Promise<readonly (Buffer | undefined)[]> {
    const values: (Buffer | undefined)[] = [];
    for (let at = 0; at < paths.length; at += together)
      values.push(...(await this.readSome(part, paths.slice(at, at + together), signal).catch(toSilence)));
    return values;
  }

  private async assertThere(part: ModelPart, signal: AbortSignal): Promise<void> {
    const { stored } = await getOne(this.client, this.recordOf(part), signal, { patienceMs });
    if (stored === undefined) throw gone(part);
  }

  private recordOf({ projection, generation }: ModelPart): string {
    return this.keys.generation(projection, generation);
  }

  private async readSome(part: ModelPart, paths: readonly Path[], signal: AbortSignal) {
    const keys = [this.recordOf(part), ...paths.map((path) => this.keys.document(part, path))];
    const success = keys.map((key) => ({ request_range: { key: Buffer.from(key) } }));
    const { responses } = await persistently(signal, () => this.client.kv.txn({ success }), { patienceMs });
    const [record, ...values] = responses.map(({ response_range }) => response_range.kvs[0]?.value);
    if (record === undefined) throw gone(part);
    return values;
  }
}

const gone = ({ projection, generation }: ModelPart): GenerationGone =>
  new GenerationGone(`generation ${String(generation)} of ${projection} has been deleted`);
