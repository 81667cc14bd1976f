import { registerEnumType } from 'type-graphql';

export enum GpuStatusType {
  active = 'active',
  stale = 'stale',
  missing = 'missing',
}

registerEnumType(GpuStatusType, {
  name: 'GpuStatus',
  description:
    'By the age of the newest observation against the cluster’s watermark: active below --stale-after (5 min), then ' +
    'stale, then missing (1 h).',
  valuesConfig: {
    active: { description: 'Younger than --stale-after.' },
    stale: { description: 'Older than that, and younger than --missing-after.' },
    missing: { description: 'Older than that.' },
  },
});
