import { GraphQLError } from 'graphql';
import { type Cursor } from '../../domain/position.js';
import { printLiveCursor } from '../live/live-cursor.js';
import { type Expiry, expiryText } from '../live/resumable.js';

/** Says why nobody can resume behind a cursor any more, and where somebody can. */
export const cursorExpired = (expiry: Expiry, oldest: Cursor): GraphQLError =>
  new GraphQLError(expiryText[expiry], { extensions: { code: 'cursor_expired', oldest: printLiveCursor(oldest) } });
