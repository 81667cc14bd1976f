import { type Gpu } from './feed-messages.js';

/** What a GPU is called on its host: by its index, a MIG instance by its own number too. */
export const nameOf = ({ uuid, index }: Pick<Gpu, 'uuid' | 'index'>): string => {
  const [, instance] = uuid.split(':');
  return instance === undefined ? `GPU ${index}` : `GPU ${index} · MIG ${instance}`;
};
