import { type Middleware } from 'koa';
import { toYaml } from '../openapi/yaml.js';
import { packageFolder } from './package-file.js';
import { fixedText, redirectTo, staticFiles } from './static-files.js';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GPU telemetry: REST</title>
    <link rel="stylesheet" href="swagger-ui.css">
    <link rel="icon" type="image/png" href="favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="boot.js"></script>
  </body>
</html>
`;

/**
 * In a file of its own, so that pages need no inline script. Swagger UI is dark by a class alone, whatever the system
 * wants. The validator's badge would ask the internet.
 */
const boot = `const dark = matchMedia('(prefers-color-scheme: dark)');
const recolour = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', recolour);
recolour();
window.ui = SwaggerUIBundle({
  url: 'swagger.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

/** Swagger UI and the document that it shows; no request of it leaves this server. */
export const swaggerPage = (document: unknown): Readonly<Record<string, Middleware>> => ({
  '/docs': redirectTo('/swagger/'),
  '/docs/': redirectTo('/swagger/'),
  '/swagger/': fixedText('text/html; charset=utf-8', page),
  '/swagger/boot.js': fixedText('text/javascript; charset=utf-8', boot),
  '/swagger/swagger.json': fixedText('application/json; charset=utf-8', JSON.stringify(document)),
  '/swagger/swagger.yaml': fixedText('application/yaml; charset=utf-8', toYaml(document)),
  ...staticFiles('/swagger/', packageFolder('swagger-ui-dist'), {
    'swagger-ui.css': 'swagger-ui.css',
    'swagger-ui-bundle.js': 'swagger-ui-bundle.js',
    'favicon-32x32.png': 'favicon-32x32.png',
  }),
});
