import { GraphQLError } from 'graphql';
import { type Permission } from '../queries/admin.js';

/** Refuses who may not change anything: FORBIDDEN where nobody may, UNAUTHENTICATED without the token. */
export const assertPermitted = (permission: Permission): void => {
  if (permission === 'granted') return;
  const nobody = permission === 'no token is configured';
  const message = nobody
    ? 'Nothing can be changed through this gateway: it was started without an admin token.'
    : 'This needs the admin token, as the header Authorization: Bearer TOKEN of an HTTP request.';
  throw new GraphQLError(message, { extensions: { code: nobody ? 'FORBIDDEN' : 'UNAUTHENTICATED' } });
};
