import { environmentName } from '../config/option.js';
import { type ScalableRole } from './copies.js';

/** Secrets that one role alone has to know. */
const secrets: Readonly<Record<ScalableRole, readonly string[]>> = {
  streamer: [],
  collector: ['etcdMaintenancePassword'],
  gateway: ['readToken', 'adminToken'],
};

/** The environment for the processes of a role: as it is, without the secrets that are for other roles. */
export const roleEnvironment = (role: ScalableRole, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const hidden = new Set(
    Object.entries(secrets)
      .filter(([other]) => other !== role)
      .flatMap(([, names]) => names.map(environmentName))
      .flatMap((variable) => [variable, `${variable}_FILE`]),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !hidden.has(name)));
};
