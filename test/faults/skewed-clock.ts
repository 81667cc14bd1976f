import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Preloaded into processes under fire: their clock goes wrong by what stands in a file, in milliseconds. One that
// starts takes the skew of the file `next`; later it looks every quarter of a second at the file of its process id.
const folder = process.env['FAULTS_CLOCKS'];

const stored = (name: string): number | undefined => {
  try {
    return Number(readFileSync(join(folder!, name), 'utf8')) || 0;
  } catch {
    return undefined;
  }
};

if (folder !== undefined) {
  let skew = stored('next') ?? 0;
  const RealDate = Date;
  const now = (): number => RealDate.now() + skew;
  const skewed: DateConstructor = new Proxy(RealDate, {
    get: (target, key): unknown => (key === 'now' ? now : Reflect.get(target, key)),
    construct: (target, given, asked): object =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, asked === skewed ? target : asked) as object,
    apply: () => new RealDate(now()).toString(),
  });
  globalThis.Date = skewed;
  setInterval(() => {
    skew = stored(String(process.pid)) ?? skew;
  }, 250).unref();
}
