/** A refusal of the server, or of the way to it (`network_error`, `timeout`: the outcome is unknown). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string | null,
    /** Milliseconds that the server asks to wait, when it does. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail ?? code);
  }

  /** Whether the same request may be sent again to learn its outcome. */
  get unknownOutcome(): boolean {
    return this.status === 503 || this.status === 0;
  }
}

const words: Record<string, string> = {
  insufficient_funds: 'Not enough buying power for this order.',
  insufficient_position: 'You do not hold enough to sell.',
  ioc_remainder: 'What could not trade at once was canceled.',
  fok_not_fillable: 'The whole quantity could not trade at once.',
  protection_price: 'The market moved too far for a market order.',
  no_reference_price: 'There is no price to check the order against yet.',
  invalid_order_class: 'This order cannot have such legs.',
  invalid_take_profit: 'The take-profit is missing or on the wrong side.',
  invalid_stop_loss: 'The stop-loss is missing or on the wrong side.',
  leg_not_active: 'The leg waits for its order to fill.',
  oco: 'The other leg of its group took its place.',
  auction: 'The symbol is in an auction: only limit orders that may rest are taken.',
  price_collar: 'The price is too far from the last trade.',
  market_closed: 'The market for this symbol is closed.',
  trading_halted: 'Trading is halted.',
  reduce_only: 'Only orders that shrink a position are taken.',
  held_by_orders: 'Open orders stand in the way of closing the position.',
  max_position: 'The order would exceed your position limit.',
  max_order_qty: 'The quantity exceeds the limit for one order.',
  max_notional: 'The value exceeds the limit for one order.',
  max_open_orders: 'You have too many open orders.',
  daily_loss_limit: 'Your daily loss limit is reached: only orders that shrink a position are taken.',
  max_gross_exposure: 'All your positions together would exceed their limit.',
  order_rate: 'You place orders faster than you may.',
  pattern_day_trader: 'You have made as many day trades as you may: only orders that shrink a position are taken.',
  wash_trade: 'The order could trade against your own order.',
  locate_required: 'No more of this symbol was located to be sold short.',
  restricted_symbol: 'In this symbol you may only shrink your position.',
  unknown_symbol: 'This symbol is not listed.',
  invalid_tick: 'The price is not a multiple of the tick size.',
  invalid_lot: 'The quantity is not a multiple of the lot size.',
  would_cross: 'A post-only order must not trade at once, and this one would.',
  self_trade: 'The order would trade against your own order.',
  no_liquidity: 'Nobody is quoting the other side.',
  not_open: 'The order is already done.',
  invalid_credentials: 'The name or the password is not right.',
  too_many_attempts: 'Too many failed sign-ins. Wait a while, then try again.',
  refresh_token_reused: 'This sign-in was used elsewhere and has been ended. Sign in again.',
  rate_limited: 'Too many requests. Wait a moment.',
  network_error: 'The server cannot be reached.',
  timeout: 'The server did not answer in time.',
  unavailable: 'The server cannot take this now.',
  outcome_unknown: 'The outcome is not known yet.',
};

/** What went wrong in a sentence, with the stable code behind it. */
export function describe(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const sentence = words[error.code] ?? error.detail ?? 'The request failed.';
  return `${sentence} (${error.code})`;
}

/** Reads an RFC 9457 problem; a body that is none still gives a code. */
export async function problem(response: Response): Promise<ApiError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page, or nothing. The status says what there is to say.
  }
  return fromProblem(body, response.status, retryAfter(response.headers.get('Retry-After')));
}

/** The hub tells the same problems as REST, as JSON behind a sentence of SignalR's own. */
export function hubProblem(error: unknown): ApiError {
  const text = error instanceof Error ? error.message : String(error);
  const brace = text.indexOf('{');
  try {
    const body = JSON.parse(text.slice(brace)) as { status?: number };
    return fromProblem(body, body.status ?? 500, null);
  } catch {
    return new ApiError('network_error', 0, text); // the connection broke under the call
  }
}

function fromProblem(body: unknown, status: number, retryAfterMs: number | null): ApiError {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof fields['code'] === 'string' ? fields['code'] : `http_${status}`;
  const detail = fields['detail'] ?? fields['title'];
  return new ApiError(code, status, typeof detail === 'string' ? detail : null, retryAfterMs);
}

function retryAfter(header: string | null): number | null {
  const seconds = header === null ? NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
