import { describe, expect, it, vi } from 'vitest';
import { Rest, symbolInPath } from '../src/api/rest';
import { Session } from '../src/api/session';

class MemoryStorage {
  private readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

/** A server that takes each refresh token once, as the real one does. */
function server() {
  let issued = 0;
  const calls: string[] = [];
  const send = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input);
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, string>) : {};
    const auth = (init?.headers as Record<string, string>)['Authorization'] ?? '';
    calls.push(`${path} ${body['refresh_token'] ?? auth}`.trim());
    await Promise.resolve();
    if (path.endsWith('/refresh') && body['refresh_token'] !== `r${issued}`) {
      return Response.json({ code: 'invalid_token' }, { status: 401 });
    }
    if (path.includes('/auth/') && !path.endsWith('/me')) {
      issued++;
      return Response.json({ user_id: 'u', access_token: `a${issued}`, refresh_token: `r${issued}`, expires_in: 1800 });
    }
    return auth === `Bearer a${issued}` ? Response.json({ username: 'ann' }) : Response.json({ code: 'unauthorized' }, { status: 401 });
  });
  return { send: send as typeof fetch, calls, expireAll: () => { issued++; } };
}

const signIn = { username: 'ann', password: 'Secret-123' };

describe('the session', () => {
  it('survives a reload by its refresh token, which changes at each use', async () => {
    const storage = new MemoryStorage();
    const { send, calls } = server();
    await new Session(storage, send).enter('login', signIn);
    const reloaded = new Session(storage, send);
    expect(reloaded.signedIn).toBe(true);
    expect(await reloaded.accessToken()).toBe('a2');
    expect(await reloaded.renew()).toBe('a3');
    expect(calls.slice(1)).toEqual(['/api/v1/auth/refresh r1', '/api/v1/auth/refresh r2']);
  });

  it('never keeps the access token', async () => {
    const storage = new MemoryStorage();
    await new Session(storage, server().send).enter('login', signIn);
    expect(storage.getItem('bourse.refresh')).not.toContain('a1');
  });

  it('renews once for many callers at the same time', async () => {
    const storage = new MemoryStorage();
    const { send, calls } = server();
    await new Session(storage, send).enter('login', signIn);
    const reloaded = new Session(storage, send);
    expect(await Promise.all([reloaded.accessToken(), reloaded.accessToken(), reloaded.accessToken()])).toEqual(['a2', 'a2', 'a2']);
    expect(calls).toHaveLength(2);
  });

  it('uses the token that another tab has put there', async () => {
    const storage = new MemoryStorage();
    const { send } = server();
    await new Session(storage, send).enter('login', signIn);
    const [one, two] = [new Session(storage, send), new Session(storage, send)];
    await one.renew();
    expect(await two.renew()).toBe('a3');
  });

  it('ends when the server refuses its refresh token', async () => {
    const storage = new MemoryStorage();
    const { send, expireAll } = server();
    const session = new Session(storage, send);
    await session.enter('login', signIn);
    session.onEnd = vi.fn();
    expireAll();
    await expect(session.renew()).rejects.toMatchObject({ status: 401 });
    expect(session.onEnd).toHaveBeenCalledOnce();
    expect(session.signedIn).toBe(false);
    expect(storage.getItem('bourse.refresh')).toBeNull();
  });

  it('stays when the server cannot be reached', async () => {
    const storage = new MemoryStorage();
    await new Session(storage, server().send).enter('login', signIn);
    const session = new Session(storage, () => Promise.reject(new TypeError('down')));
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'network_error' });
    expect(session.signedIn).toBe(true);
  });

  it('never goes on as the user that another tab signed in', async () => {
    const storage = new MemoryStorage();
    const session = new Session(storage, server().send);
    await session.enter('login', signIn);
    session.onEnd = vi.fn();
    storage.setItem('bourse.refresh', JSON.stringify({ userId: 'someone else', refreshToken: 'x' }));
    session.storageChanged();
    expect(session.onEnd).toHaveBeenCalledOnce();
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'signed_out' });
  });
});

describe('a request', () => {
  it('whose token the server no longer takes is sent again with a new one', async () => {
    const { send, calls } = server();
    const session = new Session(new MemoryStorage(), send);
    await session.enter('login', signIn);
    const stale = await session.accessToken();
    await session.renew();
    const rest = new Rest({ accessToken: () => Promise.resolve(stale), renew: () => session.renew() } as Session, send);
    expect(await rest.me()).toEqual({ username: 'ann' });
    expect(calls.at(-1)).toBe('/api/v1/auth/me Bearer a3');
  });

  it('is repeated with the same client_order_id while its outcome is unknown', async () => {
    const bodies: string[] = [];
    const send = vi.fn((_: RequestInfo | URL, init?: RequestInit) => {
      bodies.push(String(init?.body));
      return bodies.length < 3 ? Promise.reject(new TypeError('down')) : Promise.resolve(Response.json({ id: '1' }, { status: 201 }));
    });
    const rest = new Rest({ accessToken: () => Promise.resolve('a') } as Session, send as typeof fetch);
    await rest.place({ symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'day', qty: '1', client_order_id: 'same' });
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  it('writes a pair without its slash', () => {
    expect(symbolInPath('EUR/USD')).toBe('EUR-USD');
  });
});
