import Mocha from 'mocha';

/** Mocha's spec output, closed by the one plain line that machines read: `N passed, N failed`. */
class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures } = this.stats;
    process.stdout.write(`${String(passes)} passed, ${String(failures)} failed\n`);
  }
}

// Mocha loads a reporter with require and takes the module itself.
export { Reporter as 'module.exports' };
