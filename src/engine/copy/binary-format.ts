/**
 * The binary format of COPY, all numbers big-endian:
 *
 *   file   | SIZE |                                       row    | SIZE |
 *          |   11 | signature                                    |    2 | number of fields, or -1: the end
 *          |    4 | flags: bit 16 row OIDs (no longer),   field  |    4 | length, or -1: NULL
 *          |      | bits 17-31 reserved for what must be         |      | value as the type's send function writes it
 *          |      | understood
 *          |    4 | length of an extension, which follows
 *          |      | rows, then -1
 */
export const signature: Buffer = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
export const headerBytes: number = signature.length + 8;
export const oidsFlag = 0x1_0000;
export const criticalFlags = 0xfffe_0000;
