/** Our own writes laid over a list that was read before them, so that a shared cache never hides what we have just done. */
import type { Registration } from '../pool/forgejo.ts';

/** `order`: place in the one sequence of reads and writes of this process; times of equal milliseconds would not tell. */
export type Write =
  | { readonly kind: 'registered'; readonly order: number; readonly registration: Registration }
  | { readonly kind: 'removed'; readonly order: number; readonly id: number };

/**
 * The rows with every write that was answered after the read began. A row that the list shows already stays as the list
 * has it: it may have been read after the write was done, and is then the fresher one.
 */
export function applyWrites(rows: readonly Registration[], readOrder: number, writes: readonly Write[]): readonly Registration[] {
  return writes.filter((write) => write.order > readOrder).reduce(applyWrite, rows);
}

/** The writes that a read does not know for sure; the others have done their service. */
export function writesAfter(readOrder: number, writes: readonly Write[]): readonly Write[] {
  return writes.filter((write) => write.order > readOrder);
}

function applyWrite(rows: readonly Registration[], write: Write): readonly Registration[] {
  switch (write.kind) {
    case 'registered':
      return rows.some((row) => row.id === write.registration.id) ? rows : [...rows, write.registration];
    case 'removed':
      return rows.filter((row) => row.id !== write.id);
  }
}
