import assert from 'node:assert/strict';
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A page of the dashboard, and what it did that it should not. */
export interface OpenedPage {
  readonly page: Page;
  /** Requests that did not go to the gateway. */
  readonly strays: readonly string[];
  /** What the console said and what nobody caught, in the words of the browser. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Opens a path of the gateway in a context of its own. */
export const openPage = async (
  browser: Browser,
  origin: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const strays: string[] = [];
  const errors: string[] = [];
  const local = [origin, origin.replace('http', 'ws')];
  const note = (url: string): void => void (local.some((base) => url.startsWith(`${base}/`)) || strays.push(url));
  context.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${origin}${path}`);
  return { page, strays, errors, close: () => context.close() };
};

/** Of a page whose gateway was there all the time. */
export const assertClean = ({ strays, errors }: OpenedPage): void => assert.deepEqual([strays, errors], [[], []]);
