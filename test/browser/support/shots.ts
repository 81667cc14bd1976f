import { readFileSync } from 'node:fs';
import { gpuOf } from './made-fleet.js';

const screens = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const;

/** On a host on which a job has begun some minutes ago. */
const seen = gpuOf(186);

const pages = {
  fleet: '/',
  host: `/?host=${seen.host}&cluster=local-cluster`,
  gpu: `/?gpu=${seen.uuid}`,
} as const;

/** A picture of a page. */
export interface Shot {
  /** Of its file. */
  readonly name: string;
  readonly path: string;
  /** What is there when the page is. */
  readonly awaited: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly theme: 'light' | 'dark';
}

/** Every page, light and dark, at a desk and on a phone. */
export const shots: readonly Shot[] = (['fleet', 'host', 'gpu'] as const).flatMap((page) =>
  (['desk', 'phone'] as const).flatMap((screen) =>
    (['light', 'dark'] as const).map((theme) => ({
      name: [page, ...(screen === 'phone' ? [screen] : []), `${theme}.png`].join('-'),
      path: pages[page],
      awaited: page === 'fleet' ? 'canvas[data-gpus="247"]' : '.chart canvas',
      viewport: screens[screen],
      theme,
    })),
  ),
);

const shown = /deploy\/screenshots\/([\w-]+\.png)/g;

/** The names of the pictures on a page of Markdown, each once. */
export const picturesOn = (path: URL): readonly string[] => [
  ...new Set([...readFileSync(path, 'utf8').matchAll(shown)].map(([, name]) => name!)),
];
