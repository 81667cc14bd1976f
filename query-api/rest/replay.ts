import { type Context, type Middleware } from 'koa';
import { type Fleet } from '../model/fleet.js';
import { type Clock } from '../queries/clock.js';
import { isLasting, type Lasting } from './answer-cache.js';

/** What an answer follows from. */
interface Source {
  /** Whether answers are given as ever: the models are loaded, followed and whole. */
  readonly isUsual: () => boolean;
  readonly fleet: () => Fleet;
  readonly clock: () => Clock;
}

/** An answer as it left: what was decided about it on its way is not decided again. */
interface Given {
  readonly headers: readonly (readonly [name: string, value: string | string[]])[];
  readonly body: Buffer;
  readonly lasting: Lasting;
  /** For who counts requests by route. */
  readonly route: unknown;
}

/** Answers kept of one state of the models. Their bodies are those of the answer cache. */
const mostKept = 1_000;

/** What the answer to a request depends on; undefined where that is more than its address and encodings. */
const askedBy = (ctx: Context): string | undefined =>
  ctx.method === 'GET' && ctx.path.startsWith('/api/') && !ctx.req.headers['if-none-match']
    ? `${ctx.req.headers['accept-encoding'] ?? ''} ${ctx.url}`
    : undefined;

/**
 * Gives an answer that follows from the models alone again, as it left, to whoever asks the same while neither they nor
 * a status have changed: all that is asked for again and again costs no more than its sending.
 */
export class Replay {
  #of: Fleet | undefined;
  readonly #given = new Map<string, Given>();

  constructor(private readonly source: Source) {}

  readonly answer: Middleware = async (ctx, next) => {
    const asked = this.source.isUsual() ? askedBy(ctx) : undefined;
    if (asked === undefined) return void (await next());
    const given = this.#find(asked);
    if (given) return send(ctx, given);
    const before = { ...ctx.response.headers };
    await next();
    this.#keep(asked, ctx, before);
  };

  #find(asked: string): Given | undefined {
    if (this.#of !== this.source.fleet()) return undefined;
    const given = this.#given.get(asked);
    return given && isLasting(given.lasting, this.source.clock()) ? given : undefined;
  }

  #keep(asked: string, ctx: Context, before: Readonly<Record<string, unknown>>): void {
    const { lasting, fleet } = ctx.state as { lasting?: Lasting; fleet?: Fleet };
    const body: unknown = ctx.body;
    if (!lasting || fleet !== this.source.fleet() || ctx.status !== 200 || !Buffer.isBuffer(body)) return;
    if (this.#of !== fleet) this.#given.clear();
    this.#of = fleet;
    if (this.#given.size >= mostKept) return;
    const set = Object.entries(ctx.response.headers as Record<string, string | string[]>);
    const headers = set.filter(([name, value]) => before[name] !== value);
    this.#given.set(asked, { headers, body, lasting, route: Reflect.get(ctx, '_matchedRoute') });
  }
}

const send = (ctx: Context, { headers, body, route }: Given): void => {
  Reflect.set(ctx, '_matchedRoute', route);
  for (const [name, value] of headers) ctx.res.setHeader(name, value);
  ctx.status = 200;
  ctx.body = body;
};
