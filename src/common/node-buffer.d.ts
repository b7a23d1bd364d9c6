/** Fast paths of Node's Buffer that its published types leave out (documented as stable by long use; tested in byte-writer.test.ts). */
interface Buffer {
  utf8Write(text: string, offset?: number, length?: number): number;
  latin1Write(text: string, offset?: number, length?: number): number;
  utf8Slice(start?: number, end?: number): string;
  latin1Slice(start?: number, end?: number): string;
}
