import { type KubernetesObject, type Metadata } from './rendered.js';

type Limits = Readonly<Record<string, string>>;

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: { readonly requests?: Limits; readonly limits?: Limits };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme?: string };
}

/** A pod that the chart asks for, whoever makes it. */
export interface Pod {
  /** `Deployment fleet-gpu-telemetry-streamer` */
  readonly of: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Those of the start, too. */
  readonly containers: readonly Container[];
}

interface Template {
  readonly metadata: Metadata;
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  } & Pod['spec'];
}

export const podsIn = (objects: readonly KubernetesObject[]): readonly Pod[] =>
  objects.flatMap(({ kind, metadata: { name }, spec }) => {
    const template = spec?.['template'] as Template | undefined;
    if (template?.spec.containers === undefined) return [];
    const { metadata, spec: pod } = template;
    return [
      {
        of: `${kind} ${name}`,
        kind,
        metadata,
        spec: pod,
        containers: [...(pod.initContainers ?? []), ...pod.containers],
      },
    ];
  });
