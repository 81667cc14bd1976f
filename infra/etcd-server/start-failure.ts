import { clientUrl, type EtcdNode, lockedMessage, peerUrl } from './etcd-nodes.js';

/** Why an etcd did not come up; `message` is for people and says what to do. */
export interface EtcdStartFailure {
  readonly kind: 'port-taken' | 'locked' | 'cannot-run' | 'not-ready';
  readonly message: string;
}

export const explainLock = (node: EtcdNode, holder: number): EtcdStartFailure => ({
  kind: 'locked',
  message: lockedMessage(node.dataDir, `process ${String(holder)}`),
});

/** What etcd's own last log lines say about its end; etcd logs JSON with `msg` and `error`. */
export const explainEnd = (node: EtcdNode, code: number, lines: readonly string[]): EtcdStartFailure => {
  const taken = lines
    .map((line) => /listen tcp [^"]*?:(\d+): bind: address already in use/.exec(line)?.[1])
    .find(Boolean);
  if (taken !== undefined) {
    const what = taken === String(node.clientPort) ? 'clients' : 'peers';
    const message = `Port ${taken} of 127.0.0.1, where ${node.name} listens for ${what}, is taken by another program. Stop that program, or start again once it has ended.`;
    return { kind: 'port-taken', message };
  }
  const last = lastWords(lines);
  return code === 126 || code === 127
    ? { kind: 'cannot-run', message: `etcd cannot be run on this machine: ${last}` }
    : { kind: 'not-ready', message: `etcd ended with exit code ${String(code)} while starting: ${last}` };
};

export const explainSilence = (node: EtcdNode, withinMs: number, lines: readonly string[]): EtcdStartFailure => {
  const seconds = String(withinMs / 1000);
  // Right after these words etcd opens its database, and waits there without a word when another process has it.
  const atTheLock = lines.at(-1)?.includes('starting an etcd server');
  return atTheLock
    ? { kind: 'locked', message: lockedMessage(node.dataDir, `it did not open within ${seconds} s`) }
    : {
        kind: 'not-ready',
        message: `etcd (clients ${clientUrl(node)}, peers ${peerUrl(node)}) was not healthy within ${seconds} s; its last words: ${lastWords(lines)}`,
      };
};

const lastWords = (lines: readonly string[]): string => {
  // A panic is logged with its cause, and the lines after that are where in etcd's program it was.
  const line = lines.findLast((text) => /^\{"level":"(?:panic|fatal)"/.test(text)) ?? lines.at(-1);
  if (line === undefined) return 'it said nothing';
  try {
    const { msg, error } = JSON.parse(line) as { msg?: unknown; error?: unknown };
    return [msg, error].filter((text) => typeof text === 'string').join(': ');
  } catch {
    return line;
  }
};
