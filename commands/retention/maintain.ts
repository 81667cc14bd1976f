import { Reliever } from './relieve.js';
import { type RetentionOptions } from './retention-options.js';
import { type RetentionPorts } from './retention-ports.js';
import { Tenure } from './tenure.js';

/** Milliseconds between two looks at whether the work is anybody's. */
const lookEveryMs = 2_000;

/**
 * Keeps the size of the database bounded, by one process of all that call this: whoever gets the claim does the work,
 * the others wait for it. When etcd is too full to give a claim, what needs none is done by whoever finds out. Runs
 * until the signal aborts; throws when history was rolled back.
 */
export const maintain = async (
  given: RetentionPorts,
  options: RetentionOptions,
  signal: AbortSignal,
): Promise<void> => {
  const ports = { ...given, notice: once(given.notice) };
  const reliever = new Reliever(ports);
  while (!signal.aborted) {
    try {
      const claimed = await ports.claim(signal);
      if (claimed.kind === 'answered' && claimed.value !== undefined) {
        const claim = claimed.value;
        await new Tenure(ports, options, claim, reliever).run(signal).finally(() => claim.release());
      } else if (claimed.kind === 'unknown') {
        const relief = await reliever.relieve(signal);
        if (relief.kind === 'full') ports.notice(relief.message);
      }
      await ports.pause(lookEveryMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
};

/** Says nothing twice in a row. */
const once = (notice: (text: string) => void): ((text: string) => void) => {
  let said: string | undefined;
  return (text) => {
    if (text !== said) notice(text);
    said = text;
  };
};
