import { type Middleware } from 'koa';
import send from 'koa-send';

/** Files of one folder, each at an address of its own: nothing else of the folder can be reached. */
export const staticFiles = (
  base: string,
  root: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, Middleware>> =>
  Object.fromEntries(
    Object.entries(files).map(([name, file]): [string, Middleware] => [
      `${base}${name}`,
      async (ctx) => {
        await send(ctx, file, { root, maxAge: 3_600_000 });
      },
    ]),
  );

/** A text made once. */
export const fixedText =
  (type: string, text: string): Middleware =>
  (ctx) => {
    ctx.body = text;
    ctx.type = type;
  };

export const redirectTo =
  (path: string): Middleware =>
  (ctx) =>
    ctx.redirect(path);
