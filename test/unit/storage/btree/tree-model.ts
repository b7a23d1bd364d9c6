/** What a tree should hold: keys in order with their values, in arrays. */
export class TreeModel {
  readonly keys: Uint8Array[] = [];
  readonly values: Uint8Array[] = [];

  get size(): number {
    return this.keys.length;
  }

  /** Index of the first key that is not less. */
  lowerBound(key: Uint8Array): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.keys[middle] as Uint8Array, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(key: Uint8Array): boolean {
    const at = this.lowerBound(key);
    return at < this.keys.length && Buffer.compare(this.keys[at] as Uint8Array, key) === 0;
  }

  /** True if the key is new. */
  put(key: Uint8Array, value: Uint8Array): boolean {
    const at = this.lowerBound(key);
    if (this.has(key)) {
      this.values[at] = value;
      return false;
    }
    this.keys.splice(at, 0, key);
    this.values.splice(at, 0, value);
    return true;
  }

  remove(key: Uint8Array): boolean {
    if (!this.has(key)) return false;
    const at = this.lowerBound(key);
    this.keys.splice(at, 1);
    this.values.splice(at, 1);
    return true;
  }
}
