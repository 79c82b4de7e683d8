import { describe, expect, it } from 'vitest';
import { atStart, type Channel, receive, type Step } from '../src/state/orderChannel';

function run(channel: Channel, updates: { seq: number; epoch?: string }[]): [Channel, Step[]] {
  const steps: Step[] = [];
  for (const update of updates) {
    let step: Step;
    [channel, step] = receive(channel, update);
    steps.push(step);
  }
  return [channel, steps];
}

describe('the numbered order channel', () => {
  it('uses each update once and in order', () => {
    const [channel, steps] = run(atStart(0), [{ seq: 1 }, { seq: 2 }, { seq: 2 }, { seq: 1 }, { seq: 3 }]);
    expect(steps).toEqual(['apply', 'apply', 'duplicate', 'duplicate', 'apply']);
    expect(channel.lastSeq).toBe(3);
  });

  it('asks again when a number is missing, and goes on when it comes', () => {
    const [channel, steps] = run(atStart(5), [{ seq: 8 }, { seq: 6 }, { seq: 7 }, { seq: 8 }]);
    expect(steps).toEqual(['ask', 'apply', 'apply', 'apply']);
    expect(channel).toMatchObject({ lastSeq: 8, asks: 0 });
  });

  it('gives a hole up after a few asks, and loads anew', () => {
    const [, steps] = run(atStart(5), [{ seq: 8 }, { seq: 9 }, { seq: 10 }, { seq: 11 }]);
    expect(steps).toEqual(['ask', 'ask', 'ask', 'reload']);
  });

  it('loads anew when the numbers belong to another epoch', () => {
    const [, steps] = run(atStart(0), [{ seq: 1, epoch: 'a' }, { seq: 2, epoch: 'b' }]);
    expect(steps).toEqual(['apply', 'reload']);
  });
});
