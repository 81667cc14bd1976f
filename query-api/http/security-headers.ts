import helmet from 'koa-helmet';
import { type Middleware } from 'koa';

/**
 * For what a browser shows or runs. Pages come from this server alone, and browsers are told to ask nobody else;
 * `upgrade-insecure-requests` would break them on plain http.
 */
export const securityOfPages: Middleware = helmet({
  contentSecurityPolicy: {
    directives: {
      'script-src': ["'self'"],
      'connect-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'font-src': ["'self'", 'data:'],
      'img-src': ["'self'", 'data:'],
      'upgrade-insecure-requests': null,
    },
  },
  strictTransportSecurity: false,
});

/**
 * For answers to programs, as the REST Security Cheat Sheet of OWASP has it: they are no pages, are not framed and ask
 * for nothing. What else pages carry would tell programs nothing, and be read by each of them with every answer.
 */
const securityOfAnswers: Middleware = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
  frameguard: { action: 'deny' },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  strictTransportSecurity: false,
  dnsPrefetchControl: false,
  ieNoOpen: false,
  permittedCrossDomainPolicies: false,
  xssFilter: false,
});

/** Tells browsers what they may do with an answer; a page at an address of the API tells them itself. */
export const securityHeaders: Middleware = async (ctx, next) => {
  await (ctx.path.startsWith('/api/') ? securityOfAnswers : securityOfPages)(ctx, next);
};
