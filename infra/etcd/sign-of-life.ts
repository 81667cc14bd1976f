import { type IRangeRequest } from 'etcd3';
import { headKey } from './range.js';

/** What a call carries beside its request. */
export interface Metadata {
  clone(): Metadata;
  set(name: string, value: string): void;
}

interface Reads {
  range(
    request: IRangeRequest,
    metadata: Metadata,
    options: { readonly deadline: number },
    answered: (error: { readonly code?: number } | null) => void,
  ): void;
}

/** What is not public of the package: a member of etcd, and the calls to it alone. */
export interface Member {
  /** Name and port. */
  readonly host: string;
  getServiceClient(name: 'KV'): Reads;
}

/** gRPC's codes of a call that was cancelled, not answered in time, or not at all: also by one that has no leader. */
const unanswered: ReadonlySet<number | undefined> = new Set([1, 4, 14]);
/** Milliseconds in which it is given. */
const withinMs = 1_000;

/**
 * Whether a member answers what it knows by itself, as it does under any load, and knows a leader. Who is not permitted
 * to read is answered, too.
 *
 * @throws ClientClosedError
 */
export const givesSign = (member: Member, signedOn: Metadata): Promise<boolean> => {
  const metadata = signedOn.clone();
  metadata.set('hasleader', 'true');
  const request = { key: Buffer.from(headKey), keys_only: true, serializable: true };
  const reads = member.getServiceClient('KV');
  return new Promise((resolve) => {
    const deadline = Date.now() + withinMs;
    reads.range(request, metadata, { deadline }, (error) => resolve(error === null || !unanswered.has(error.code)));
  });
};
