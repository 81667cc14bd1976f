import { describeWaits } from './eventually.js';

/** Tests that wait tell how long: a deadline is generous, and what comes later and later should be seen. */
export const mochaHooks = {
  afterEach(this: Mocha.Context): void {
    const told = describeWaits();
    if (told !== undefined) console.log(`      ${told}: ${this.currentTest?.title ?? ''}`);
  },
};
