import { type Etcd3, type IRangeRequest, type IRangeResponse } from 'etcd3';
import { type Revision, revision } from '../../domain/revision.js';
import { type Patience, persistently } from './persistently.js';
import { transactionLimits } from './transaction.js';

export interface ReadTogether {
  /** One for each request, in their order. */
  readonly replies: readonly IRangeResponse[];
  /** All of them were read at this revision or, where there are more than fit one transaction, a later one. */
  readonly revision: Revision;
}

/** Many small reads in as few transactions as they fit, 128 each. */
export const readTogether = async (
  client: Etcd3,
  requests: readonly IRangeRequest[],
  signal: AbortSignal,
  patience: Patience = {},
): Promise<ReadTogether> => {
  const replies: IRangeResponse[] = [];
  let first: Revision | undefined;
  for (let at = 0; at < requests.length || first === undefined; at += transactionLimits.operations) {
    const success = requests.slice(at, at + transactionLimits.operations).map((request_range) => ({ request_range }));
    const reply = await persistently(signal, () => client.kv.txn({ success }), patience);
    first ??= revision(reply.header.revision);
    replies.push(...reply.responses.map(({ response_range }) => response_range));
  }
  return { replies, revision: first };
};
