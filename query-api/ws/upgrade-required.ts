import { type Middleware } from 'koa';
import { Problem } from '../http/problem.js';

/** What a plain request finds where only WebSockets are spoken: most often a proxy before it has left the upgrade out. */
export const upgradeRequired =
  (path: string): Middleware =>
  () => {
    throw new Problem({
      code: 'upgrade-required',
      status: 426,
      title: 'Upgrade required',
      detail: `${path} speaks WebSocket, and this request has no \`Upgrade: websocket\`. Does a proxy leave it out?`,
      headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
    });
  };
