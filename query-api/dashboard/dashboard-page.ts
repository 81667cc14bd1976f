import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Middleware } from 'koa';
import { packageFolder } from '../pages/package-file.js';
import { fixedText, staticFiles } from '../pages/static-files.js';
import { dashboardStyle } from './dashboard-style.js';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>GPU telemetry</title>
    <link rel="icon" type="image/svg+xml" href="/dashboard/icon.svg">
    <link rel="stylesheet" href="/dashboard/uPlot.min.css">
    <link rel="stylesheet" href="/dashboard/page.css">
    <script defer src="/dashboard/uPlot.iife.min.js"></script>
    <script type="module" src="/modules/query-api/dashboard/browser/main.js"></script>
  </head>
  <body>
    <noscript>The dashboard needs JavaScript; the same data is in the API, described at /swagger/.</noscript>
  </body>
</html>
`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#12355f"/>
<path d="M3 3h4v4H3zM9 9h4v4H9z" fill="#fee838"/><path d="M9 3h4v4H9zM3 9h4v4H3z" fill="#8a8678"/></svg>
`;

/** The page asks this server alone, and runs nothing that did not come in a file from it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

const compiled = new URL('./browser/', import.meta.url);
const shared = Object.fromEntries(
  ['metrics', 'health-signals'].map((name) => [
    `/modules/domain/${name}.js`,
    new URL(`../../domain/${name}.js`, import.meta.url),
  ]),
);

/** Modules of the page, at the paths at which they import each other. Held in memory: they are small. */
const modules = (): Readonly<Record<string, Middleware>> => {
  const own = readdirSync(compiled)
    .filter((name) => name.endsWith('.js'))
    .map((name) => [`/modules/query-api/dashboard/browser/${name}`, new URL(name, compiled)] as const);
  return Object.fromEntries(
    [...own, ...Object.entries(shared)].map(([path, url]) => [
      path,
      fixedText('text/javascript; charset=utf-8', readFileSync(fileURLToPath(url), 'utf8')),
    ]),
  );
};

/** The dashboard at `/` and the files that it asks for; no request of it leaves this server. */
export const dashboardPage = (): Readonly<Record<string, Middleware>> => ({
  '/': (ctx) => {
    ctx.set('Content-Security-Policy', policy);
    ctx.body = page;
    ctx.type = 'text/html; charset=utf-8';
  },
  '/dashboard/page.css': fixedText('text/css; charset=utf-8', dashboardStyle),
  '/dashboard/icon.svg': fixedText('image/svg+xml', icon),
  ...staticFiles('/dashboard/', packageFolder('uplot'), {
    'uPlot.iife.min.js': 'dist/uPlot.iife.min.js',
    'uPlot.min.css': 'dist/uPlot.min.css',
  }),
  ...modules(),
});
