import Mocha from 'mocha';

/** Mocha's spec output, closed by the one plain line that machines read: `N passed, N failed`; skips stand before it. */
class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    if (pending > 0) process.stdout.write(`${String(pending)} skipped\n`);
    process.stdout.write(`${String(passes)} passed, ${String(failures)} failed\n`);
  }
}

// Mocha loads a reporter with require and takes the module itself.
export { Reporter as 'module.exports' };
