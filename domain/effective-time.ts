import { type Instant } from './instant.js';

/**
 * The observed or the appended time of an event, whichever is earlier. "Latest", watermarks and minutes go by it,
 * so that a row from the future makes nothing else look old.
 */
export const effectiveTime = (observed: Instant, appended: Instant): Instant =>
  observed < appended ? observed : appended;
