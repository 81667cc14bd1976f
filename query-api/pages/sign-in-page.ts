import { type Middleware } from 'koa';
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

const style = `body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 32rem; margin: 15vh auto 0; padding: 0 1rem; }
label { display: block; font-weight: 600; }
input, button { font: inherit; padding: 0.4rem 0.6rem; }
input { width: 100%; box-sizing: border-box; margin: 0.25rem 0 0.75rem; }
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

/** Asks a person for the token that the gateway wants. */
export const signInPage = fixedText('text/html; charset=utf-8', page);

/** The files that the page asks for. */
export const signInFiles: Readonly<Record<string, Middleware>> = {
  '/session/page.css': fixedText('text/css; charset=utf-8', style),
  '/session/sign-in.js': fixedText('text/javascript; charset=utf-8', script),
};
