import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/(?:from|import|new Worker\()\s*["']([^"']+\.js)["']/g)].map(([, path]) => path!);

const filesOf = (html: string): readonly string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g)].map(([, path]) => path!);

describe('the page of the dashboard', () => {
  it('loads under 300 KB compressed with every module that it imports, all of it from the gateway', async () => {
    const gateway = await startGateway(new World());
    const page = await fetch(`${gateway.origin}/`);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self';/);
    const html = await page.text();
    const waiting = filesOf(html).map((path) => new URL(path, gateway.origin).href);
    const loaded = new Map<string, number>([['/', gzipSync(html).length]]);
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      if (loaded.has(url)) continue;
      const response = await fetch(url);
      assert.equal(response.status, 200, url);
      const text = await response.text();
      loaded.set(url, gzipSync(text).length);
      if (url.includes('/modules/')) waiting.push(...importsOf(text).map((path) => new URL(path, url).href));
    }
    await gateway.stop();
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(loaded.size > 30, 'modules were found');
    assert.ok(bytes < 300_000, `${String(bytes)} bytes`);
    console.log(`      ${String(loaded.size)} files, ${String(Math.round(bytes / 1000))} KB compressed`);
  });
});
