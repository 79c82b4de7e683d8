import { describe, expect, it } from 'vitest';
import { DepthFeed } from '../src/market/depthFeed';

const done = () => Promise.resolve();

/** Lets all that waits for settled promises run. */
const settled = () => new Promise((resume) => setTimeout(resume, 0));

describe('the depth feed', () => {
  it('ends with the page, though it was to ask once more', async () => {
    let ended = false;
    let answer = () => {};
    let rounds = 0;
    const feed = new DepthFeed({
      subscribe: () => new Promise<void>((resume) => (answer = resume)),
      unsubscribe: done,
      untilDone: async (run) => {
        if (++rounds > 10) {
          throw new Error('asked for ever'); // the browser would hang here, and this test with it
        }
        if (!ended) {
          await run();
        }
      },
    });

    feed.show('ACME', 10);
    feed.restart(); // a new connection, while the first answer is under way
    ended = true;
    answer();
    await settled();

    expect(rounds).toBe(2);
  });

  it('asks once more when a new connection came while the answer was under way', async () => {
    const answers: (() => void)[] = [];
    const feed = new DepthFeed({
      subscribe: () => new Promise<void>((resume) => answers.push(resume)),
      unsubscribe: done,
      untilDone: async (run) => void (await run()),
    });

    feed.show('ACME', 10);
    feed.restart();
    feed.restart();
    answers[0]!();
    await settled();
    answers[1]!();
    await settled();

    expect(answers.length).toBe(2);
  });
});
