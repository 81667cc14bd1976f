import { answerRequests } from '../../../infra/threads/thread.js';

/* Run as a thread: answers each request with what it was set up with and what it is asked, or fails. */

answerRequests((setUp) => (request, channel) => {
  if (request === 'fail') throw new Error('asked to fail');
  void channel.next().then((more) => {
    channel.send([setUp, request, more]);
    channel.close();
  });
});
