import { type Middleware } from 'koa';
import { withoutLastSlash } from '../http/last-slash.js';
import { packageFolder } from './package-file.js';
import { fixedText, staticFiles } from './static-files.js';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GPU telemetry: GraphQL</title>
    <link rel="stylesheet" href="/graphiql/graphiql.min.css">
    <link rel="stylesheet" href="/graphiql/page.css">
    <link rel="icon" type="image/svg+xml" href="/dashboard/icon.svg">
  </head>
  <body>
    <div id="graphiql"></div>
    <script src="/graphiql/react.production.min.js"></script>
    <script src="/graphiql/react-dom.production.min.js"></script>
    <script src="/graphiql/graphql-ws.min.js"></script>
    <script src="/graphiql/graphiql.min.js"></script>
    <script src="/graphiql/boot.js"></script>
  </body>
</html>
`;

/** On a phone the answer stands below the query: beside it nothing of it was to be seen. */
const style = `html, body, #graphiql { height: 100%; margin: 0; }
@media (max-width: 640px) {
  #graphiql-session { flex-direction: column; }
  #graphiql-session > * { min-height: 0; }
  #graphiql-session > .graphiql-horizontal-drag-bar { display: none; }
}
`;

/** In a file of its own, so that pages need no inline script. */
const boot = `const url = location.origin + '/graphql';
const wsClient = graphqlWs.createClient({ url: url.replace(/^http/, 'ws'), lazy: true });
const fetcher = GraphiQL.createFetcher({ url, wsClient });
const defaultQuery = '{\\n  clusters {\\n    id\\n    gpuCount\\n    hosts {\\n      hostname\\n      status\\n    }\\n  }\\n}\\n';
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery }),
);
`;

/** GraphiQL for browsers; no request of it leaves this server. */
const graphiqlPage = fixedText('text/html; charset=utf-8', page);

/** The files that the page asks for. */
export const graphiqlFiles = (): Readonly<Record<string, Middleware>> => ({
  '/graphiql/boot.js': fixedText('text/javascript; charset=utf-8', boot),
  '/graphiql/page.css': fixedText('text/css; charset=utf-8', style),
  ...staticFiles('/graphiql/', packageFolder('graphiql'), {
    'graphiql.min.js': 'graphiql.min.js',
    'graphiql.min.css': 'graphiql.min.css',
  }),
  ...staticFiles('/graphiql/', packageFolder('react'), { 'react.production.min.js': 'umd/react.production.min.js' }),
  ...staticFiles('/graphiql/', packageFolder('react-dom'), {
    'react-dom.production.min.js': 'umd/react-dom.production.min.js',
  }),
  ...staticFiles('/graphiql/', packageFolder('graphql-ws'), { 'graphql-ws.min.js': 'umd/graphql-ws.min.js' }),
});

/** GraphQL at its path and, if it is to be there, GraphiQL where a browser asks for a page there. */
export const graphqlAt =
  (path: string, graphql: Middleware, withPage: boolean): Middleware =>
  async (ctx, next) => {
    if (withoutLastSlash(ctx.path) !== path) {
      await next();
      return;
    }
    const isPage =
      withPage &&
      ['GET', 'HEAD'].includes(ctx.method) &&
      ctx.query['query'] === undefined &&
      ctx.accepts('json', 'html') === 'html';
    await (isPage ? graphiqlPage : graphql)(ctx, next);
  };
