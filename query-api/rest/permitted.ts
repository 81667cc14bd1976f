import { type Permission } from '../queries/admin.js';
import { Problem } from '../http/problem.js';

const reasons: Readonly<Record<Exclude<Permission, 'granted'>, string>> = {
  'no token is configured':
    'Nothing can be changed through this gateway: it was started without TELEMETRY_ADMIN_TOKEN (or ' +
    'TELEMETRY_ADMIN_TOKEN_FILE). `telemetry projections reset` does the same.',
  'no token was sent': 'This needs the admin token, as `Authorization: Bearer TOKEN`.',
  'another token was sent': 'This is not the admin token that the gateway was started with.',
};

/** Refuses who may not change anything: 403 where nobody may, 401 where the token is missing or another. */
export const assertPermitted = (permission: Permission): void => {
  if (permission === 'granted') return;
  const nobody = permission === 'no token is configured';
  throw new Problem({
    code: nobody ? 'forbidden' : 'unauthorized',
    status: nobody ? 403 : 401,
    title: nobody ? 'Forbidden' : 'Unauthorized',
    detail: reasons[permission],
    headers: nobody ? {} : { 'WWW-Authenticate': 'Bearer' },
  });
};
