import { describe, expect, it } from 'vitest';
import { ApiError, describe as words, hubProblem, problem } from '../src/api/errors';
import { maxAttempts, retryDelay, withRetry } from '../src/api/retry';

const half = () => 0.5;
const busy = (retryAfterMs: number | null = null) => new ApiError('unavailable', 503, null, retryAfterMs);

describe('retries', () => {
  it('are for unknown outcomes only', () => {
    expect(retryDelay(new ApiError('insufficient_funds', 422, null), 1, half)).toBeNull();
    expect(retryDelay(new ApiError('rate_limited', 429, null, 1000), 1, half)).toBeNull();
    expect(retryDelay(new TypeError('bug'), 1, half)).toBeNull();
    expect(retryDelay(new ApiError('network_error', 0, null), 1, half)).toBe(250);
  });

  it('wait longer each time, as long as the server asks, and never very long', () => {
    expect([1, 2, 3, 4].map((attempt) => retryDelay(busy(), attempt, half))).toEqual([250, 500, 1000, 2000]);
    expect(retryDelay(busy(3000), 1, half)).toBe(3000);
    expect(retryDelay(busy(3_600_000), 1, half)).toBe(5000);
  });

  it('end after a bounded number of attempts, with the last error', async () => {
    let attempts = 0;
    const always = withRetry(() => { attempts++; return Promise.reject(busy()); }, () => Promise.resolve(), half);
    await expect(always).rejects.toMatchObject({ status: 503 });
    expect(attempts).toBe(maxAttempts);
  });

  it('give the answer that comes in the end', async () => {
    let attempts = 0;
    const answer = await withRetry(() => (++attempts < 3 ? Promise.reject(busy()) : Promise.resolve('ok')), () => Promise.resolve(), half);
    expect(answer).toBe('ok');
  });
});

describe('errors', () => {
  it('are told in plain words with their code', () => {
    expect(words(new ApiError('insufficient_funds', 422, 'x'))).toBe('Not enough buying power for this order. (insufficient_funds)');
    expect(words(new ApiError('new_code', 422, 'The server explains.'))).toBe('The server explains. (new_code)');
  });

  it('are read from problem details, and survive an answer that is none', async () => {
    const refused = await problem(Response.json({ code: 'price_collar', detail: 'd' }, { status: 422, headers: { 'Retry-After': '2' } }));
    expect(refused).toMatchObject({ code: 'price_collar', status: 422, retryAfterMs: 2000 });
    expect(await problem(new Response('<html>', { status: 502 }))).toMatchObject({ code: 'http_502', status: 502 });
  });

  it('of the hub are read from behind its sentence', () => {
    const error = new Error('An error on the server. HubException: {"status":422,"code":"too_many_symbols","detail":"At most 2000."}');
    expect(hubProblem(error)).toMatchObject({ code: 'too_many_symbols', status: 422, detail: 'At most 2000.' });
    expect(hubProblem(new Error('closed')).unknownOutcome).toBe(true);
  });
});
