import assert from 'node:assert/strict';
import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type BuildOutcome } from '../../domain/begin-build.js';
import { activeOf, type Build } from '../../domain/generations-known.js';
import { type GenerationRecord, type ProjectionName, projectionNames } from '../../domain/generation.js';
import { type GenerationRegistry, type GenerationsView } from '../../domain/generation-registry.js';
import { type Instant } from '../../domain/instant.js';
import { requestCancel } from '../../commands/projections/request-cancel.js';
import { requestReset } from '../../commands/projections/request-reset.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { listRange } from '../../infra/etcd/range.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { eventually } from './eventually.js';
import { never } from './never.js';

/** What an operator does about generations, and what he sees of them. */
export class Rebuilds {
  readonly registry: GenerationRegistry;

  constructor(private readonly store: OpenStore) {
    this.registry = generationRegistry(store.client, store.keys);
  }

  view(): Promise<GenerationsView> {
    return this.registry.read(never);
  }

  async ask(
    name: ProjectionName,
    trimmed: 'refuse' | 'build partially' = 'refuse',
    archive?: ArchiveHeld | 'as collectors have it',
  ): Promise<BuildOutcome> {
    const { client, keys } = this.store;
    const collectors = async () => (await takeSnapshot(client, keys, never)).collectors;
    const ports = { registry: this.registry, collectors };
    const given = { trimmed, ...(archive && { archive }) };
    return (await requestReset(ports, name, given, 0n as Instant, never)).outcome;
  }

  async reset(name: ProjectionName, archive?: ArchiveHeld): Promise<GenerationRecord> {
    const outcome = await this.ask(name, 'refuse', archive);
    assert(outcome.kind === 'started');
    return outcome.record;
  }

  cancel(name: ProjectionName): Promise<GenerationRecord | undefined> {
    return requestCancel(this.registry, name, never);
  }

  async active(name: ProjectionName): Promise<GenerationRecord> {
    const record = activeOf(await this.view(), name);
    assert(record !== undefined, `${name} has an active generation`);
    return record;
  }

  /** Waits until queries answer from a generation. */
  async switched({ projection, generation }: Build): Promise<void> {
    await eventually(`generation ${String(generation)} of ${projection} is active`, async () => {
      return (await this.view()).active.get(projection) === generation;
    });
  }

  /** What stands in etcd of a generation, by key below it: checkpoints and documents. */
  async stored(build: Build): Promise<ReadonlyMap<string, string>> {
    const { client, keys } = this.store;
    const range = keys.modelOf(build);
    const found = new Map<string, string>();
    for await (const page of listRange(client, range, never)) {
      assert(page.kind === 'page');
      for (const { key, value } of page.values) found.set(key.slice(range.start.length), value.toString('base64'));
    }
    return found;
  }

  /** What stands there of all active generations. */
  async storedOfAll(): Promise<ReadonlyMap<ProjectionName, ReadonlyMap<string, string>>> {
    const all = new Map<ProjectionName, ReadonlyMap<string, string>>();
    for (const name of projectionNames) all.set(name, await this.stored(await this.active(name)));
    return all;
  }
}
