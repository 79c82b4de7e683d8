/** Exact decimals for money: an integer and how many of its digits stand behind the point. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const pattern = /^(-?)(\d{1,28})(?:\.(\d{1,28}))?$/;

/** Reads `-12.50`; null when the text is no plain decimal number. */
export function parse(text: string): Decimal | null {
  const match = pattern.exec(text.trim());
  if (match === null) {
    return null;
  }
  const fraction = match[3] ?? '';
  const units = BigInt(match[2] + fraction);
  return { units: match[1] === '-' ? -units : units, scale: fraction.length };
}

/** A decimal that the server sent, as text or as a JSON number. */
export function fromWire(value: string | number | null | undefined): Decimal | null {
  if (value === null || value === undefined) {
    return null;
  }
  return parse(typeof value === 'string' ? value : plain(value));
}

export const zero: Decimal = { units: 0n, scale: 0 };

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: raise(a, scale) + raise(b, scale), scale };
}

export const negate = (a: Decimal): Decimal => ({ units: -a.units, scale: a.scale });
export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negate(b));
export const multiply = (a: Decimal, b: Decimal): Decimal => ({ units: a.units * b.units, scale: a.scale + b.scale });
export const compare = (a: Decimal, b: Decimal): number => sign(subtract(a, b));
export const sign = (a: Decimal): number => (a.units > 0n ? 1 : a.units < 0n ? -1 : 0);

/** Whether `value` is a whole number of `step`s. */
export function isMultiple(value: Decimal, step: Decimal): boolean {
  const scale = Math.max(value.scale, step.scale);
  const unit = raise(step, scale);
  return unit !== 0n && raise(value, scale) % unit === 0n;
}

/** Half away from zero to `scale` digits behind the point. */
export function round(a: Decimal, scale: number): Decimal {
  if (a.scale <= scale) {
    return { units: raise(a, scale), scale };
  }
  const unit = 10n ** BigInt(a.scale - scale);
  const half = a.units < 0n ? -unit / 2n : unit / 2n;
  return { units: (a.units + half) / unit, scale };
}

export function toText(a: Decimal): string {
  const digits = (a.units < 0n ? -a.units : a.units).toString().padStart(a.scale + 1, '0');
  const whole = digits.slice(0, digits.length - a.scale);
  const fraction = digits.slice(digits.length - a.scale);
  return (a.units < 0n ? '-' : '') + whole + (fraction === '' ? '' : '.' + fraction);
}

/** A JSON number written without an exponent. */
function plain(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(Math.abs(value) < 1 ? 20 : 0) : text;
}

function raise(a: Decimal, scale: number): bigint {
  return a.units * 10n ** BigInt(scale - a.scale);
}
