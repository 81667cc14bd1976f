import { readFile } from 'node:fs/promises';
import { answerRequests } from '../../../infra/threads/thread.js';

/* Run as a thread: reads the file that it is set up with. */
answerRequests((setUp) => {
  void readFile(setUp as string);
  return () => undefined;
});
