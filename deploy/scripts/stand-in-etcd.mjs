// What answers as a new etcd that agrees to everything, for a streamer that is run only for the code that V8 makes.
// Messages are in the form of Protocol Buffers, as rpc.proto of etcd names their fields.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { createServer } from 'node:http2';

/** Field 1: a header whose revision is 1. */
const header = [0x0a, 2, 0x18, 1];

/** The fields of a message whose fields are all messages: number and bytes. */
function* fieldsOf(message) {
  for (let at = 0; at < message.length;) {
    const field = message[at++] >> 3;
    let [length, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      length |= (message[at] & 0x7f) << shift;
      more = message[at++] > 0x7f;
    }
    yield [field, message.subarray(at, at + length)];
    at += length;
  }
}

const answers = {
  // It succeeds, and each operation of its field 2 is answered by an empty answer of its kind.
  Txn: (request) => [
    ...[...header, 0x10, 1],
    ...[...fieldsOf(request)].flatMap(([field, operation]) => (field === 2 ? [0x1a, 2, operation[0], 0] : [])),
  ],
  // The log's identity stands since the transaction that wrote it; nothing else is there.
  Range: (request) => {
    const [[, key]] = fieldsOf(request);
    if (!key.toString().endsWith('/meta/log')) return header;
    const stored = [...[0x0a, key.length, ...key], ...[0x10, 1, 0x18, 1, 0x20, 1]];
    return [...header, 0x12, stored.length, ...stored];
  },
  /** Number 1, for a minute. */
  LeaseGrant: () => [...header, 0x10, 1, 0x18, 60],
};

const prefixBytes = 5;
const framed = (message) => Buffer.from([0, 0, 0, message.length >> 8, message.length & 0xff, ...message]);

const answer = async (stream, { ':path': path }) => {
  const method = path.split('/').at(-1);
  // What is followed says nothing.
  if (method === 'Watch' || method === 'LeaseKeepAlive') return;
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  const message = answers[method]?.(Buffer.concat(pieces).subarray(prefixBytes)) ?? header;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(framed(message));
};

/** Its address. It keeps no process from ending. */
export const standInEtcd = async () => {
  const server = createServer().unref();
  server.on('session', (session) => session.unref());
  server.on('stream', (stream, headers) => void answer(stream, headers).catch(() => stream.close()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
};
