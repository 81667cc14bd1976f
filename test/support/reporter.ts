import Mocha from 'mocha';

/** Mocha's spec output, closed by the one plain line that machines read: `N passed, N failed`, and `, N skipped` if any. */
class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const skipped = pending > 0 ? `, ${String(pending)} skipped` : '';
    process.stdout.write(`${String(passes)} passed, ${String(failures)} failed${skipped}\n`);
  }
}

// Mocha loads a reporter with require and takes the module itself.
export { Reporter as 'module.exports' };
