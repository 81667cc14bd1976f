/** One thing that this machine must or may have. `mend` is a command or a sentence, absent when nothing is wrong. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly mend?: string;
}

export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found });
export const warning = (name: string, found: string, mend: string): Check => ({ name, state: 'warning', found, mend });
export const failed = (name: string, found: string, mend: string): Check => ({ name, state: 'failed', found, mend });
