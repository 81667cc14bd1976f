import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { freePort, isPortFree } from '../processes/free-port.js';
import { ifThere } from '../processes/if-there.js';
import { writeAtomically } from '../processes/write-atomically.js';
import { holderOfDataFolder } from './data-folder-lock.js';
import { isHealthy } from './health.js';

const NodePorts = t.type({ name: t.string, clientPort: t.number, peerPort: t.number });
const NodesFile = t.type({ nodes: t.array(NodePorts) });

/** One member of the embedded etcd: where it keeps its data and where it listens, always on loopback. */
export interface EtcdNode {
  readonly name: string;
  readonly dataDir: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

export const clientUrl = (node: EtcdNode): string => `http://127.0.0.1:${String(node.clientPort)}`;
export const peerUrl = (node: EtcdNode): string => `http://127.0.0.1:${String(node.peerPort)}`;

/** The folder of the embedded etcd below a system's data folder. */
export const etcdFolder = (dataDir: string): string => join(dataDir, 'etcd');
const nodesFile = (dataDir: string): string => join(etcdFolder(dataDir), 'nodes.json');

/** Undefined for what is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const readPorts = async (dataDir: string): Promise<readonly t.TypeOf<typeof NodePorts>[]> => {
  const text = await ifThere(readFile(nodesFile(dataDir), 'utf8'));
  if (text === undefined) return [];
  const decoded = NodesFile.decode(parsed(text));
  if (isLeft(decoded)) throw new Error(`${nodesFile(dataDir)} is damaged; remove it to have new ports chosen`);
  return decoded.right.nodes;
};

/** The members that a data folder was set up with; empty when there is none yet. */
export const knownEtcdNodes = async (dataDir: string): Promise<readonly EtcdNode[]> =>
  (await readPorts(dataDir)).map((ports) => ({ ...ports, dataDir: join(etcdFolder(dataDir), ports.name) }));

/** What to say when an etcd, described by `who`, already has a data folder. */
export const lockedMessage = (dataDir: string, who: string): string =>
  `The data folder ${dataDir} is locked by another etcd (${who}). Stop it, or use another --data-dir.`;

export type Reservation =
  | { readonly kind: 'reserved'; readonly nodes: readonly EtcdNode[]; readonly moved: readonly string[] }
  | { readonly kind: 'other-size' | 'locked'; readonly message: string };

/**
 * The members of the embedded etcd of a data folder, with the ports they had before, or new free ones, which are kept.
 * Call it only when none of them runs. A port that a stranger has taken meanwhile is replaced and the change named in
 * `moved`; among several members peer ports stay, because the members know each other by them.
 */
export const reserveEtcdNodes = async (dataDir: string, count: 1 | 3): Promise<Reservation> => {
  const known = await readPorts(dataDir);
  if (known.length > 0 && known.length !== count) {
    const message = `The etcd in ${etcdFolder(dataDir)} was set up with ${String(known.length)} node(s), and ${String(count)} were asked for. Ask for ${String(known.length)}, or use another --data-dir.`;
    return { kind: 'other-size', message };
  }
  for (const node of await knownEtcdNodes(dataDir)) {
    // The ports of a running etcd must stay on record, so its being there is found out before any is replaced.
    const holder = await holderOfDataFolder(node.dataDir);
    if (holder === undefined && !(await isHealthy(clientUrl(node)))) continue;
    const who = holder === undefined ? clientUrl(node) : `process ${String(holder)}`;
    return { kind: 'locked', message: lockedMessage(node.dataDir, who) };
  }
  const taken = new Set(known.flatMap(({ clientPort, peerPort }) => [clientPort, peerPort]));
  const moved: string[] = [];
  const keepOrChoose = async (port: number | undefined, what: string, fixed: boolean): Promise<number> => {
    if (port !== undefined && (fixed || (await isPortFree(port)))) return port;
    const chosen = await freePort(taken);
    taken.add(chosen);
    if (port !== undefined)
      moved.push(`${what}: port ${String(port)} is taken by another program, now ${String(chosen)}`);
    return chosen;
  };
  const nodes: EtcdNode[] = [];
  for (let index = 0; index < count; index++) {
    const before = known[index];
    const name = before?.name ?? `etcd-${String(index + 1)}`;
    const clientPort = await keepOrChoose(before?.clientPort, name, false);
    const peerPort = await keepOrChoose(before?.peerPort, `${name} (peers)`, count > 1);
    nodes.push({ name, dataDir: join(etcdFolder(dataDir), name), clientPort, peerPort });
  }
  const ports = nodes.map(({ name, clientPort, peerPort }) => ({ name, clientPort, peerPort }));
  await writeAtomically(nodesFile(dataDir), `${JSON.stringify({ nodes: ports }, undefined, 2)}\n`);
  return { kind: 'reserved', nodes, moved };
};
