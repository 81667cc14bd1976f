import { once } from 'node:events';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo } from 'node:net';

/** What speaks HTTP/2 as etcd does and answers as a test says, for answers that no real etcd gives when asked to. */
export interface StandInEtcd {
  readonly endpoint: string;
  /** Ends every connection and stops listening. */
  close(): void;
}

/** @param answer told each call and its path, such as `/etcdserverpb.KV/Txn` */
export const startStandInEtcd = async (
  answer: (call: ServerHttp2Stream, path: string) => void,
): Promise<StandInEtcd> => {
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).once('close', () => sessions.delete(session));
  });
  server.on('stream', (call, headers) => {
    call.on('error', () => undefined);
    answer(call, String(headers[':path']));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
};

/** A message as gRPC sends it. */
const framedMessage = (message: Buffer): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};

/** Answers a call as gRPC does: with messages, and with its status behind them. */
export const answerCall = (
  call: ServerHttp2Stream,
  messages: readonly Buffer[],
  trailers: Readonly<Record<string, string>> = { 'grpc-status': '0' },
): void => {
  call.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  call.on('wantTrailers', () => call.sendTrailers(trailers));
  call.resume().once('end', () => call.end(Buffer.concat(messages.map(framedMessage))));
};

/** An answer to a read or a transaction that tells a revision, up to 127, and nothing else. */
export const revisionAlone = (revision: number): Buffer => Buffer.from([0x0a, 2, 0x18, revision]);
