/** Which overflow values a row image refers to. */
import type { ByteWriter } from '../common/byte-writer.ts';
import type { RowImage } from './open-table.ts';
import { pointerValueId } from './overflow.ts';
import type { ExternalValues } from './row-encode.ts';
import { pointerBytes } from './row-encode.ts';
import { externalBit, rowFlag, rowFlags, rowHeaderBytes } from './row-format.ts';

/**
 * Appends to `ids` the values of the image view[at …], of which `row` is the opened form: those of its columns, and its body if
 * it is wide.
 */
export function collectValues(view: DataView, at: number, row: RowImage, ids: number[]): void {
  const flags = rowFlags(view, at);
  if ((flags & rowFlag.wide) !== 0) ids.push(pointerValueId(view, at + rowHeaderBytes));
  if ((flags & rowFlag.hasExternal) === 0) return;
  const { endsStart, variableCount } = row.layout;
  for (let variable = 0; variable < variableCount; variable++) {
    const end = row.view.getUint16(row.at + endsStart + 2 * variable, true);
    if ((end & externalBit) === 0) continue;
    ids.push(pointerValueId(row.view, row.at + (end & ~externalBit) - pointerBytes));
  }
}

/** Stores nothing: for an image of which only the clustering key is wanted. */
export class ProbeExternals implements ExternalValues {
  readonly #externals: ExternalValues;

  constructor(externals: ExternalValues) {
    this.#externals = externals;
  }

  store(_data: Uint8Array, _offset: number, _length: number, out: ByteWriter): void {
    for (let i = 0; i < pointerBytes / 4; i++) out.uint32LE(0);
  }

  load(data: Uint8Array, pointerOffset: number, out: ByteWriter): void {
    this.#externals.load(data, pointerOffset, out);
  }

  lengthOf(data: Uint8Array, pointerOffset: number): number {
    return this.#externals.lengthOf(data, pointerOffset);
  }

  equals(): boolean {
    return true;
  }
}
