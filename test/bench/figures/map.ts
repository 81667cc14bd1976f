import { chromiumPath } from '../../browser/support/chromium.js';
import { type Figure, quantile } from '../figure.js';
import { mapFrames } from '../map-frames.js';

const gpus = 10_000;
const seconds = 5;

const figure = (name: string, of: string, share: number, atMost: number): Figure => ({
  name,
  what: `the ${of} of the fleet map's frames in Chromium, 10,000 GPUs at 1 Hz`,
  ...{ unit: 'ms', better: 'less', atLeast: atMost, aim: atMost / 2 },
  measure: async ({ say }, rounds) => {
    if (chromiumPath() === undefined) {
      say('no chromium: `apt-get install chromium`');
      return [];
    }
    const all = await mapFrames(gpus, seconds, rounds);
    for (const frames of all) {
      const told = [0.5, 0.95, 1].map((one) => quantile(frames, one).toFixed(1));
      say(
        `${String(frames.length)} frames in ${String(seconds)} s: median ${told[0]!} ms, p95 ${told[1]!}, longest ${told[2]!}`,
      );
    }
    return all.map((frames) => quantile(frames, share));
  },
});

export const mapFigures: readonly Figure[] = [
  figure('map-frame', 'median', 0.5, 16),
  figure('map-frame-p95', '95th percentile', 0.95, 33),
];
