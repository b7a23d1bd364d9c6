/**
 * Exact sums of integers and of numerics. Values go into a JS number as long as it is a safe integer and from there into a
 * bigint, so that the usual row costs one addition and no allocation.
 */
import { Numeric } from '../../types/datum.ts';
import {
  bigPowerOfTen,
  makeNumeric,
  numericInfinity,
  numericNaN,
  numericNegativeInfinity,
} from '../../types/numeric-math.ts';

/** Below this a sum plus any safe integer is exact enough to be seen leaving the range. */
const flushAt = 4503599627370496;

/** Sum and count of int2, int4 or int8 values. */
export class IntegerSum {
  count = 0;
  #low = 0;
  #high = 0n;

  add(value: number | bigint): void {
    this.count++;
    if (typeof value === 'number' && value < flushAt && value > -flushAt) {
      this.#low += value;
      if (this.#low > flushAt || this.#low < -flushAt) this.#flush();
    } else {
      this.#high += BigInt(value);
    }
  }

  merge(other: IntegerSum): void {
    this.count += other.count;
    this.#high += other.total();
  }

  total(): bigint {
    this.#flush();
    return this.#high;
  }

  #flush(): void {
    this.#high += BigInt(this.#low);
    this.#low = 0;
  }
}

/** Sum and count of numerics, kept as an integer at the largest scale seen; NaN and infinities are counted apart. */
export class NumericSum {
  count = 0;
  scale = 0;
  #low = 0;
  #high = 0n;
  #nans = 0;
  #positiveInfinities = 0;
  #negativeInfinities = 0;

  add(value: Numeric): void {
    this.count++;
    if (value.kind !== 'finite') {
      this.#addSpecial(value.kind);
      return;
    }
    if (value.scale > this.scale) this.#rescale(value.scale);
    const { digits, scale } = value;
    if (scale === this.scale && typeof digits === 'number' && digits < flushAt && digits > -flushAt) {
      this.#low += digits;
      if (this.#low > flushAt || this.#low < -flushAt) this.#flush();
    } else {
      this.#high += BigInt(digits) * bigPowerOfTen(this.scale - scale);
    }
  }

  #addSpecial(kind: 'nan' | 'infinity' | '-infinity'): void {
    if (kind === 'nan') this.#nans++;
    else if (kind === 'infinity') this.#positiveInfinities++;
    else this.#negativeInfinities++;
  }

  merge(other: NumericSum): void {
    if (other.scale > this.scale) this.#rescale(other.scale);
    other.#flush();
    this.#high += other.#high * bigPowerOfTen(this.scale - other.scale);
    this.count += other.count;
    this.#nans += other.#nans;
    this.#positiveInfinities += other.#positiveInfinities;
    this.#negativeInfinities += other.#negativeInfinities;
  }

  /** Whether a NaN or an infinity went in: then there is no finite spread. */
  get hasSpecial(): boolean {
    return this.#nans + this.#positiveInfinities + this.#negativeInfinities > 0;
  }

  total(): Numeric {
    if (this.#nans > 0 || (this.#positiveInfinities > 0 && this.#negativeInfinities > 0)) return numericNaN;
    if (this.#positiveInfinities > 0) return numericInfinity;
    if (this.#negativeInfinities > 0) return numericNegativeInfinity;
    return makeNumeric(this.digits(), this.scale);
  }

  /** The finite part, times ten to the scale. */
  digits(): bigint {
    this.#flush();
    return this.#high;
  }

  #flush(): void {
    this.#high += BigInt(this.#low);
    this.#low = 0;
  }

  #rescale(scale: number): void {
    this.#flush();
    this.#high *= bigPowerOfTen(scale - this.scale);
    this.scale = scale;
  }
}
