import { readFileSync } from 'node:fs';
import Koa from 'koa';

/* Run as a program of its own, `bare-koa PORT FILE`: answers every request with the bytes of a file, and does nothing else. */

const [port, file] = process.argv.slice(2) as [string, string];
const body = readFileSync(file);
const app = new Koa();
app.use((context) => {
  context.type = 'application/json';
  context.body = body;
});
app.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
