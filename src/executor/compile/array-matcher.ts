/**
 * `x = ANY (array)` against an array that does not change from row to row: its elements are gathered once, as a short list
 * or as a hash set. NULL elements only matter when nothing matches.
 */
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import { hashBytes } from '../../types/hash.ts';
import type { TypeHandler } from '../../types/type-handler.ts';

const listMax = 8;

/** Numbers: bool, int32, float64, narrow int64. bigints are left out: no narrow value equals one. */
export class NumberMatcher {
  readonly hasNull: boolean;
  readonly isEmpty: boolean;
  readonly #list: Float64Array;
  readonly #set: Set<number> | undefined;
  readonly #hasNaN: boolean;

  constructor(elements: readonly Datum[]) {
    const numbers = elements
      .filter((element) => typeof element === 'number' || typeof element === 'boolean')
      .map(Number);
    this.hasNull = elements.includes(null);
    this.isEmpty = elements.length === 0;
    this.#list = Float64Array.from(numbers);
    this.#set = numbers.length > listMax ? new Set(numbers) : undefined;
    this.#hasNaN = numbers.some((number) => Number.isNaN(number));
  }

  has(value: number): boolean {
    if (this.#set !== undefined) return this.#set.has(value);
    const list = this.#list;
    for (let i = 0; i < list.length; i++) if (list[i] === value) return true;
    return this.#hasNaN && value !== value;
  }
}

/** Stored forms that are equal iff their bytes are. */
export class BytesMatcher {
  readonly hasNull: boolean;
  readonly isEmpty: boolean;
  readonly #data: Uint8Array;
  /** Element e is data[bounds[e], bounds[e + 1]). */
  readonly #bounds: number[] = [0];
  /** Open addressing: element number + 1, or 0. */
  readonly #slots: Int32Array;

  constructor(elements: readonly Datum[], handler: TypeHandler) {
    const present = elements.filter((element) => element !== null);
    this.hasNull = present.length < elements.length;
    this.isEmpty = elements.length === 0;
    const writer = new ByteWriter(256);
    for (const element of present) {
      handler.encode(element, writer);
      this.#bounds.push(writer.length);
    }
    this.#data = writer.toBytes();
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(present.length * 2 + 2)));
    for (let element = 0; element < present.length; element++) this.#insert(element);
  }

  #insert(element: number): void {
    const mask = this.#slots.length - 1;
    const start = this.#bounds[element] as number;
    let slot = hashBytes(this.#data, start, this.#bounds[element + 1] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = element + 1;
  }

  has(data: Uint8Array, offset: number, length: number): boolean {
    const mask = this.#slots.length - 1;
    let slot = hashBytes(data, offset, offset + length) & mask;
    for (;;) {
      const element = (this.#slots[slot] as number) - 1;
      if (element < 0) return false;
      if (this.#equals(element, data, offset, length)) return true;
      slot = (slot + 1) & mask;
    }
  }

  #equals(element: number, data: Uint8Array, offset: number, length: number): boolean {
    const start = this.#bounds[element] as number;
    if ((this.#bounds[element + 1] as number) - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#data[start + i] !== data[offset + i]) return false;
    return true;
  }
}

export type ArrayMatcher = NumberMatcher | BytesMatcher;

/** Makes the matcher of a parameter's array when the array is another than the last time. */
export class MatcherCache {
  readonly #elementHandler: TypeHandler;
  #array: Datum = null;
  #matcher: ArrayMatcher | undefined = undefined;

  constructor(elementHandler: TypeHandler) {
    this.#elementHandler = elementHandler;
  }

  for(array: Datum): ArrayMatcher {
    if (this.#matcher === undefined || this.#array !== array) {
      const elements = array instanceof ArrayValue ? array.elements : [];
      this.#array = array;
      this.#matcher =
        this.#elementHandler.vectorKind === 'bytes'
          ? new BytesMatcher(elements, this.#elementHandler)
          : new NumberMatcher(elements);
    }
    return this.#matcher;
  }
}
