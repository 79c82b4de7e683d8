import { ApiError } from './errors';

export const maxAttempts = 5;
const firstDelayMs = 250;
const longestDelayMs = 5000;

/** How long to wait before attempt number `attempt + 1`, or null when the error stands. `attempt` counts from 1. */
export function retryDelay(error: unknown, attempt: number, random: () => number): number | null {
  if (!(error instanceof ApiError) || !error.unknownOutcome || attempt >= maxAttempts) {
    return null;
  }
  const backoff = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  const spread = backoff * (0.75 + 0.5 * random());
  return Math.min(longestDelayMs, Math.max(spread, error.retryAfterMs ?? 0));
}

/** Runs a request that may be repeated without harm until it is answered, at most `maxAttempts` times. */
export async function withRetry<T>(
  run: () => Promise<T>,
  wait: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  random: () => number = Math.random,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const delay = retryDelay(error, attempt, random);
      if (delay === null) {
        throw error;
      }
      await wait(delay);
    }
  }
}
