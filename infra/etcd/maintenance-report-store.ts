import { type Etcd3 } from 'etcd3';
import { MaintenanceReport } from '../../domain/maintenance-report.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type Keys } from './keys.js';
import { oneTry } from './one-try.js';
import { getOne } from './range.js';
import { toJson, tryFromJson } from './stored-json.js';

/** One try: a full etcd refuses it. */
export const writeMaintenanceReport = (
  client: Etcd3,
  keys: Keys,
  report: MaintenanceReport,
  signal: AbortSignal,
): Promise<StoreAnswer<unknown>> =>
  oneTry(signal, () => client.put(keys.maintenanceReport).value(toJson(MaintenanceReport, report)).exec());

/** Undefined where nobody has kept the store bounded yet. Throws when etcd does not answer for so many milliseconds. */
export const readMaintenanceReport = async (
  client: Etcd3,
  keys: Keys,
  signal: AbortSignal,
  patienceMs: number,
): Promise<MaintenanceReport | undefined> => {
  const { stored } = await getOne(client, keys.maintenanceReport, signal, { patienceMs });
  return stored && tryFromJson(MaintenanceReport, stored);
};
