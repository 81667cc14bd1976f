/** Whether tests run with full counts, which takes most of an hour: what is slow is left to these. */
export const full = process.env['TELEMETRY_TEST_COUNTS'] === 'full';
