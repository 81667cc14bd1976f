import { type ITxnRequest, KVClient } from 'etcd3';

// Preloaded to show what the fence is for: transactions that write the log or read models are sent without what they
// compare. Claims are still compared, so each lane and each partition still has one holder in name.
const fenced = /\/(log|models)\//;

/** True when it writes what the fence protects. */
const isProtected = ({ success }: ITxnRequest): boolean =>
  (success ?? []).some(({ request_put: put }) => put !== undefined && fenced.test(put.key!.toString()));

// The method as it stands on the prototype, called below with the client that it belongs to.
const txn: KVClient['txn'] = Reflect.get<KVClient, 'txn'>(KVClient.prototype, 'txn');
KVClient.prototype.txn = function (request, options) {
  return txn.call(this, isProtected(request) ? { ...request, compare: [] } : request, options);
};
