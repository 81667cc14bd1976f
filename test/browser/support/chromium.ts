import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { onSearchPath } from '../../../infra/processes/search-path.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** As root there is no sandbox; the rest keeps a browser that is alone with a test from asking the world things. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium, of the environment's `TELEMETRY_CHROMIUM` or of the search path; undefined without one. */
export const chromiumPath = (): string | undefined =>
  process.env['TELEMETRY_CHROMIUM'] ?? names.map((name) => onSearchPath(name, process.env)).find((path) => path);

/**
 * For a suite of tests in Chromium: without one they are skipped, and a line says so; where everything must be tested
 * they fail instead.
 */
export const needsChromium = (): boolean => {
  if (chromiumPath() !== undefined) return true;
  if (process.env['CI'] === 'true') throw new Error('CI=true, and no chromium: `apt-get install chromium`');
  console.log('No chromium: tests in a browser are skipped. `apt-get install chromium` brings one.');
  return false;
};

export interface RunningChromium {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A real Chromium with a folder of its own, which goes with it. */
export const startChromium = async (more: readonly string[] = []): Promise<RunningChromium> => {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('no chromium on the search path');
  const home = await mkdtemp(join(tmpdir(), 'gpu-telemetry-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    args: [...flags, ...more],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    timeout: 120_000,
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, close };
};
