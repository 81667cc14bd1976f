import { type Middleware } from 'koa';
import { securityOfPages } from '../http/security-headers.js';
import { fixedText } from './static-files.js';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>GPU telemetry: token</title>
    <link rel="stylesheet" href="/session/page.css">
    <script defer src="/session/sign-in.js"></script>
  </head>
  <body>
    <main>
      <h1>GPU telemetry</h1>
      <p>This gateway wants a read token: one that it was started with as <code>TELEMETRY_READ_TOKEN</code>. Its
        operator has it. This browser does not keep it; it keeps a session of twelve hours.</p>
      <form>
        <label for="token">Read token</label>
        <input id="token" type="password" autocomplete="current-password" required autofocus>
        <button>Go on</button>
        <p role="alert"></p>
      </form>
      <noscript>This page needs JavaScript. Programs send <code>Authorization: Bearer TOKEN</code>.</noscript>
    </main>
  </body>
</html>
`;

/** The colours of the dashboard, which comes after it. */
const style = `:root {
  --page: #f6f7f9; --panel: #ffffff; --text: #14181f; --muted: #59616e; --border: #8a929e; --line: #e1e5eb;
  --accent: #1f5fd6; --on-accent: #ffffff; --bad: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --panel: #161b22; --text: #e8ebf0; --muted: #9aa4b2; --border: #6b7685; --line: #262e39;
    --accent: #7fb0ff; --on-accent: #0e1116; --bad: #ff8f86;
  }
}
body { margin: 0; color: var(--text); background: var(--page); font: 14px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; max-width: 420px; margin: 14vh auto 0; padding: 24px; border: 1px solid var(--line);
  border-radius: 10px; background: var(--panel); }
h1 { margin: 0 0 8px; font-size: 20px; font-weight: 650; letter-spacing: -0.01em; }
p { margin: 0 0 16px; color: var(--muted); overflow-wrap: anywhere; }
label { display: block; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; height: 36px; padding: 0 12px; border-radius: 7px; font: inherit; }
input { margin: 6px 0 12px; border: 1px solid var(--border); color: inherit; background: var(--page); }
button { border: 0; color: var(--on-accent); background: var(--accent); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[role=alert] { margin: 12px 0 0; color: var(--bad); }
[role=alert]:empty { display: none; }
@media (max-width: 460px) { main { margin: 0; border-width: 0 0 1px; border-radius: 0; } }
`;

/** In a file of its own, so that pages need no inline script. The address asked for stays in the browser's line. */
const script = `const form = document.querySelector('form');
const say = (text) => (form.querySelector('[role=alert]').textContent = text);
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  say('');
  const token = form.querySelector('input').value.trim();
  try {
    const answer = await fetch('/session', { method: 'POST', headers: { Authorization: 'Bearer ' + token } });
    if (answer.ok) return location.reload();
    say(answer.status === 401 ? 'The gateway does not know this token.' : 'The gateway answered ' + answer.status + '.');
  } catch {
    say('The gateway does not answer, or a header cannot carry this token.');
  }
});
`;

const asPage = fixedText('text/html; charset=utf-8', page);

/** Asks a person for the token that the gateway wants, at whatever address they came to. */
export const signInPage: Middleware = async (ctx, next) => {
  await securityOfPages(ctx, async () => {
    await asPage(ctx, next);
  });
};

/** The files that the page asks for. */
export const signInFiles: Readonly<Record<string, Middleware>> = {
  '/session/page.css': fixedText('text/css; charset=utf-8', style),
  '/session/sign-in.js': fixedText('text/javascript; charset=utf-8', script),
};
