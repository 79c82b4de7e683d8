import { ApiError, problem } from './errors';
import type { Tokens } from './types';

const storageKey = 'bourse.refresh';
/** An access token is renewed this long before it runs out. */
const renewBeforeMs = 60_000;

interface Kept {
  userId: string;
  refreshToken: string;
}

/**
 * Who is signed in. The access token lives in memory; the refresh token in local storage, so that a reload keeps the
 * sign-in. Tabs share it, and the server takes each refresh token once, so tabs renew one after the other under a lock.
 */
export class Session {
  private access: { token: string; expiresAt: number } | null = null;
  private renewing: Promise<string> | null = null;
  private kept: Kept | null;
  /** Told when the sign-in ends: signed out here or in another tab, refused by the server, or taken by another user. */
  onEnd: () => void = () => {};

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage,
    private readonly send: typeof fetch = (input, init) => fetch(input, init),
    private readonly now: () => number = Date.now,
  ) {
    this.kept = this.read();
  }

  get signedIn(): boolean {
    return this.kept !== null;
  }

  async enter(path: 'login' | 'register', body: Record<string, string>): Promise<void> {
    this.take(await this.post(path, body));
  }

  async leave(): Promise<void> {
    const refreshToken = this.read()?.refreshToken;
    this.end();
    if (refreshToken !== undefined) {
      try {
        await this.post('logout', { refresh_token: refreshToken });
      } catch (error) {
        if (!(error instanceof ApiError)) {
          throw error;
        }
        // Forgotten here already; the server forgets the token when it runs out.
      }
    }
  }

  /** A token that is good for a while. Throws when the server cannot be reached or has ended the sign-in. */
  async accessToken(): Promise<string> {
    if (this.access !== null && this.now() < this.access.expiresAt - renewBeforeMs) {
      return this.access.token;
    }
    return this.renew();
  }

  /** Gets a new access token even if the present one looks good; callers at the same time share one request. */
  renew(): Promise<string> {
    this.renewing ??= this.locked(() => this.renewOnce()).finally(() => (this.renewing = null));
    return this.renewing;
  }

  /** For the `storage` event: another tab signed out, or in as somebody else. */
  storageChanged(): void {
    const now = this.read();
    if (this.kept !== null && now?.userId !== this.kept.userId) {
      this.access = null;
      this.kept = null;
      this.onEnd();
    }
  }

  private async renewOnce(): Promise<string> {
    const kept = this.read();
    if (kept === null || this.kept === null || kept.userId !== this.kept.userId) {
      this.storageChanged();
      throw new ApiError('signed_out', 401, 'You are signed out.');
    }
    try {
      return this.take(await this.post('refresh', { refresh_token: kept.refreshToken }));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 400)) {
        this.end();
      }
      throw error;
    }
  }

  private take(tokens: Tokens): string {
    this.access = { token: tokens.access_token, expiresAt: this.now() + tokens.expires_in * 1000 };
    this.kept = { userId: tokens.user_id, refreshToken: tokens.refresh_token };
    this.storage.setItem(storageKey, JSON.stringify(this.kept));
    return tokens.access_token;
  }

  private end(): void {
    this.access = null;
    this.storage.removeItem(storageKey);
    if (this.kept !== null) {
      this.kept = null;
      this.onEnd();
    }
  }

  private read(): Kept | null {
    try {
      const value = JSON.parse(this.storage.getItem(storageKey) ?? 'null') as Partial<Kept> | null;
      return typeof value?.userId === 'string' && typeof value.refreshToken === 'string' ? (value as Kept) : null;
    } catch {
      return null; // not ours, or damaged: the same as not signed in
    }
  }

  private locked<T>(run: () => Promise<T>): Promise<T> {
    // Browsers offer locks only on https and on this machine; elsewhere one tab at a time is what there is.
    const locks = typeof navigator === 'undefined' ? undefined : (navigator.locks as LockManager | undefined);
    return locks === undefined ? run() : (locks.request(storageKey, run) as Promise<T>);
  }

  private async post(path: string, body: Record<string, string>): Promise<Tokens> {
    let response: Response;
    try {
      response = await this.send(`/api/v1/auth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      throw new ApiError('network_error', 0, null);
    }
    if (!response.ok) {
      throw await problem(response);
    }
    return response.status === 204 ? ({} as Tokens) : ((await response.json()) as Tokens);
  }
}
