/** A parameter or slot as generated code reads it: converted from its Datum once per open, not once per row. */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Numeric, Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';

export class RawValue {
  readonly handler: TypeHandler;
  datum: Datum = null;
  isNull = true;
  /** False when narrow code cannot hold it. */
  narrow = true;
  /** bool 0/1, int32, float64, int64, or the unscaled digits of a numeric. */
  number = 0;
  scale = 0;
  /** Stored form in bytes [0, length). */
  data: Uint8Array = noBytes;
  length = 0;
  readonly #writer = new ByteWriter(32);

  constructor(handler: TypeHandler) {
    this.handler = handler;
  }

  set(value: Datum): void {
    this.datum = value;
    this.isNull = value === null;
    this.narrow = true;
    this.number = 0;
    this.scale = 0;
    this.length = 0;
    if (value !== null) this.#convert(value);
  }

  #convert(value: Exclude<Datum, null>): void {
    switch (this.handler.vectorKind) {
      case 'bool':
        this.number = value === true ? 1 : 0;
        return;
      case 'int32':
      case 'float64':
        this.number = value as number;
        return;
      case 'int64':
        if (typeof value === 'number') this.number = value;
        else this.narrow = false;
        return;
      case 'numeric': {
        const { kind, digits, scale } = value as Numeric;
        this.scale = scale;
        if (kind === 'finite' && typeof digits === 'number') this.number = digits;
        else this.narrow = false;
        return;
      }
      case 'bytes':
        this.#writer.reset();
        this.handler.encode(value, this.#writer);
        this.data = this.#writer.bytes;
        this.length = this.#writer.length;
    }
  }
}

const noBytes = new Uint8Array(0);
