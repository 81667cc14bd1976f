import { type Gateway } from '../queries/gateway.js';
import { CursorExpired, type Expiry, expiryText } from '../live/resumable.js';
import { printLiveCursor } from '../live/live-cursor.js';
import { closeTooSlow } from './close-socket.js';
import { type GatheredSocket } from './gathered-socket.js';
import { type ClientMessage, readClientMessage } from './ws-messages.js';
import { WsSubscription } from './ws-subscription.js';

/** Subscriptions of one connection at most. */
const mostSubscriptions = 64;

const withId = (id: string | undefined): object => (id === undefined ? {} : { id });

/** Bytes on their way to a client that may ask for more. */
const mostUnread = 4 << 20;

/** One client of `/ws`: answers each of its messages, and sends what it has subscribed to. */
export class WsConnection {
  readonly #subscriptions = new Map<string | undefined, WsSubscription>();

  constructor(
    private readonly gathered: GatheredSocket,
    private readonly gateway: Gateway,
    private readonly log: (error: unknown) => void,
  ) {
    const { socket } = gathered;
    socket.on('message', (data: Buffer, isBinary) => {
      if (socket.readyState !== socket.OPEN) return;
      // Answers are not held back as updates are: one who asks on and reads none of them is sent no more.
      if (gathered.unread > mostUnread) return closeTooSlow(socket);
      const text = isBinary ? '' : data.toString('utf8');
      this.#answer(readClientMessage(text, (name) => gateway.fleet().hasMetric(name)));
    });
    socket.once('close', () => {
      for (const subscription of this.#subscriptions.values()) subscription.stop();
    });
  }

  #tell(message: object): void {
    void this.gathered.send(JSON.stringify(message));
  }

  #error(id: string | undefined, code: string, message: string, more: object = {}): void {
    this.#tell({ type: 'error', ...withId(id), code, message, ...more });
  }

  #answer(message: ClientMessage): void {
    switch (message.kind) {
      case 'ping':
        return this.#tell({ type: 'pong', ...withId(message.id) });
      case 'refused':
        return this.#error(message.id, message.code, message.message);
      case 'unsubscribe':
        return this.#unsubscribe(message.id);
      case 'subscribe':
        return this.#subscribe(message);
    }
  }

  #unsubscribe(id: string | undefined): void {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) return this.#error(id, 'unknown_subscription', 'There is no subscription of this id.');
    subscription.stop();
    this.#subscriptions.delete(id);
  }

  #expired(id: string | undefined, expiry: Expiry, oldest = this.gateway.live.resumable.oldest): void {
    this.#error(id, 'cursor_expired', `${expiryText[expiry]} Subscribe after the oldest, or without.`, {
      oldest: printLiveCursor(oldest),
    });
  }

  #subscribe({ id, filter, after, snapshot }: ClientMessage & { readonly kind: 'subscribe' }): void {
    if (this.#subscriptions.has(id))
      return this.#error(
        id,
        'already_subscribed',
        'There is a subscription of this id; unsubscribe it or take another.',
      );
    if (this.#subscriptions.size >= mostSubscriptions)
      return this.#error(id, 'too_many_subscriptions', `A connection has at most ${mostSubscriptions} subscriptions.`);
    const { resumable } = this.gateway.live;
    if (after && resumable.isBeyond(after))
      return this.#error(id, 'bad_cursor', '`after` is not a cursor that this log has come to.');
    const expiry = after && resumable.expiry(after);
    if (expiry) return this.#expired(id, expiry, resumable.oldestFor(after));
    const subscription = new WsSubscription(this.gateway, id, filter, this.gathered);
    this.#subscriptions.set(id, subscription);
    this.#tell({ type: 'subscribed', ...withId(id), topic: 'telemetry' });
    subscription.start(after, snapshot).catch((error: unknown) => {
      this.#subscriptions.delete(id);
      if (error instanceof CursorExpired) return this.#expired(id, 'trimmed');
      this.log(error);
      this.#error(id, 'failed', 'The subscription has ended; subscribe again after your last cursor.');
    });
  }
}
