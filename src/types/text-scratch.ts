/** Text made by writing into a scratch buffer: lets one routine serve both strings and vectors. Only for ASCII text. */
import { ByteWriter } from '../common/byte-writer.ts';

const scratch = new ByteWriter(128);

export function asciiText(write: (out: ByteWriter) => void): string {
  scratch.reset();
  write(scratch);
  return scratch.bytes.latin1Slice(0, scratch.length);
}
