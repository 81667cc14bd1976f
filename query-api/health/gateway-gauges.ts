import { Counter, Gauge, type Registry } from 'prom-client';
import { beginning } from '../../domain/revision.js';
import { type Fleet } from '../model/fleet.js';
import { lagSegments } from '../model/lag.js';
import { type Model } from '../model/model.js';
import { selectGpus } from '../queries/gpus.js';
import { statuses } from '../queries/status.js';
import { type Serving } from '../serving.js';

/** What the protocols of a gateway keep for who asks again. */
export interface KeptByProtocols {
  /** How many GraphQL documents. */
  readonly documents: () => number;
  /** Bytes of answers that follow from a state of the models, by who keeps them. */
  readonly answers: Readonly<Record<string, { readonly bytesOf: (fleet: Fleet) => number }>>;
}

const gauge = (registry: Registry, name: string, help: string, value: () => number): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
};

/** The projections that are folded as segments come; history is written in runs, and its tail answers for it. */
const folded = ['gpu', 'host', 'cluster', 'health'] as const;

const gaugeLag = (registry: Registry, model: () => Model | undefined): void => {
  new Gauge({
    name: 'telemetry_projection_lag_segments',
    help: 'Segments in the log that a projection has not folded yet, by partition.',
    labelNames: ['projection', 'partition'],
    registers: [registry],
    collect() {
      const now = model();
      if (!now) return;
      for (const projection of folded)
        for (const partition of now.everyPartition()) {
          const next = now.generations[projection].loaded?.next(partition) ?? beginning;
          this.set({ projection, partition: String(partition) }, now.tail.from(partition, next).length);
        }
    },
  });
};

const gaugeUnwritten = (registry: Registry, model: () => Model | undefined): void => {
  new Gauge({
    name: 'telemetry_history_unwritten_segments',
    help: 'Segments in the log that history has not written yet, those of the open run among them, by partition.',
    labelNames: ['partition'],
    registers: [registry],
    collect() {
      const now = model();
      for (const partition of now?.everyPartition() ?? [])
        this.set({ partition: String(partition) }, now!.history(partition).tail.length);
    },
  });
};

const gaugeGpus = (registry: Registry, serving: Serving): void => {
  new Gauge({
    name: 'telemetry_gateway_gpus',
    help: 'GPUs and MIG instances by status.',
    labelNames: ['status'],
    registers: [registry],
    collect() {
      if (!serving.synced) return;
      const { fleet, clock } = serving.gateway();
      const gpus = selectGpus(fleet(), {}, clock());
      for (const status of statuses) this.set({ status }, gpus.filter((gpu) => gpu.status === status).length);
    },
  });
};

const gaugeAnswers = (registry: Registry, serving: Serving, answers: KeptByProtocols['answers']): void => {
  new Gauge({
    name: 'telemetry_gateway_kept_answer_bytes',
    help: 'Bytes of answers, and of what was asked for them, kept of the models as they are: made, or as they left.',
    labelNames: ['of'],
    registers: [registry],
    collect() {
      if (!serving.synced) return;
      const fleet = serving.gateway().fleet();
      for (const [of, kept] of Object.entries(answers)) this.set({ of }, kept.bytesOf(fleet));
    },
  });
};

/** What a gateway knows by itself. */
export const gaugeGateway = (registry: Registry, serving: Serving, kept: KeptByProtocols): void => {
  const own = (name: string, help: string, value: () => number): void =>
    gauge(registry, `telemetry_gateway_${name}`, help, value);
  own('ready', '1 when the gateway may be sent requests.', () => (serving.health().ready ? 1 : 0));
  own('revision', 'The revision of the log that is answered from.', () => Number(serving.model?.revision() ?? 0n));
  own('lag_segments', 'Segments in the log that are not answered from yet.', () =>
    serving.model ? lagSegments(serving.model) : 0,
  );
  own('tail_bytes', 'Bytes of the log held in memory.', () => serving.model?.tail.bytesHeld ?? 0);
  own('stopped_partitions', 'Partitions that a damaged segment has stopped.', () => serving.model?.stopped.length ?? 0);
  own('subscribers', 'Live subscriptions of telemetry.', () =>
    serving.synced ? serving.gateway().live.subscribers : 0,
  );
  own('dictionary_series', 'Series in dictionaries of segments that are kept.', () => serving.caches.dictionarySeries);
  own('decoded_events', 'Events of segments that are kept decoded.', () => serving.caches.decodedEvents);
  own('cached_documents', 'GraphQL documents kept parsed and checked.', kept.documents);
  new Counter({
    name: 'telemetry_gateway_dropped_updates_total',
    help: 'Live updates that subscribers who did not keep up were not sent.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(serving.synced ? serving.gateway().live.dropped : 0);
    },
  });
  gaugeLag(registry, () => serving.model);
  gaugeUnwritten(registry, () => serving.model);
  gaugeGpus(registry, serving);
  gaugeAnswers(registry, serving, kept.answers);
};
