import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PageNumber, SpaceId } from '../../../src/common/ids.ts';
import { FrameTable, frameWord, frameWordShift } from '../../../src/storage/frame-table.ts';

function put(table: FrameTable, frame: number, space: number, page: number): void {
  table.headers[(frame << frameWordShift) + frameWord.space] = space;
  table.headers[(frame << frameWordShift) + frameWord.page] = page;
  table.insert(frame);
}

test('finds what a map finds, whatever is entered and removed', () => {
  const command = fc.record({ insert: fc.boolean(), space: fc.nat(2), page: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const table = new FrameTable(16);
      const model = new Map<string, number>();
      const free = Array.from({ length: 16 }, (_, frame) => frame);
      for (const { insert, space, page } of commands) {
        const key = `${space}/${page}`;
        const frame = model.get(key);
        expect(table.find(space as SpaceId, page as PageNumber)).toBe(frame ?? -1);
        if (insert && frame === undefined && free.length > 0) {
          const taken = free.pop() as number;
          put(table, taken, space, page);
          model.set(key, taken);
        } else if (!insert && frame !== undefined) {
          table.remove(frame);
          model.delete(key);
          free.push(frame);
        }
      }
      for (const [key, frame] of model) {
        const [space, page] = key.split('/').map(Number);
        expect(table.find(space as SpaceId, page as PageNumber)).toBe(frame);
      }
      expect(table.table.filter((entry) => entry !== 0).length).toBe(model.size);
    }),
  );
});

test('numbers above 2^31 are found', () => {
  const table = new FrameTable(16);
  put(table, 3, 4_000_000_000, 0xffff_fffe);
  expect(table.find(4_000_000_000 as SpaceId, 0xffff_fffe as PageNumber)).toBe(3);
  expect(table.spaceOf(3)).toBe(4_000_000_000);
  expect(table.pageOf(3)).toBe(0xffff_fffe);
});
