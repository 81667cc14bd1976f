import { getPage } from './get-page.js';

/** Asks etcd's own health page, which says true once there is a leader; never rejects. */
export const isHealthy = async (endpoint: string): Promise<boolean> => {
  try {
    const response = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(1_000) });
    return ((await response.json()) as { health?: unknown }).health === 'true';
  } catch {
    return false;
  }
};

/** Whether etcd answers at all, which it does without a leader too; never rejects. */
export const isThere = (endpoint: string): Promise<boolean> =>
  getPage(`${endpoint}/version`, AbortSignal.timeout(1_000)).then(
    () => true,
    () => false,
  );
