/**
 * The order of a merged list, as kubectl makes it: what the patch names stands in the patch's order, what only the base has in
 * the base's; of the two the one that the base had first comes first, and what the base did not have comes before the rest.
 * Source: normalizeElementOrder, normalizeSliceOrder and mergeSortedSlice in k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */

/** By what an entry is found again: the value of its merge key, or the entry itself when it is a scalar. */
export type Identity = (entry: unknown) => unknown;

export interface Orders {
  /** Entries, or stand-ins of the same identity, as the patch wants them. */
  readonly wanted: readonly unknown[];
  readonly base: readonly unknown[];
}

/** A list of the patch merged over one of the base. */
export interface MergedList {
  /** In order, as long as no `$setElementOrder` says another. */
  readonly entries: readonly unknown[];
  /** Stands for the base's order where a `$setElementOrder` gives the wanted one. */
  readonly baseInPlace: readonly unknown[];
}

type Place = (entry: unknown) => number;

export function orderElements(merged: readonly unknown[], orders: Orders, identityOf: Identity): readonly unknown[] {
  const wantedPlace = placesIn(orders.wanted, identityOf);
  const basePlace = placesIn(orders.base, identityOf);
  const wanted = merged.filter((entry) => wantedPlace(entry) >= 0);
  const others = merged.filter((entry) => wantedPlace(entry) < 0);
  return interleave(sortBy(others, basePlace), sortBy(wanted, wantedPlace), basePlace);
}

/** The first place of an entry in `list`, or -1. */
function placesIn(list: readonly unknown[], identityOf: Identity): Place {
  const places = new Map(list.map((entry, place) => [identityOf(entry), place] as const).toReversed());
  return (entry) => places.get(identityOf(entry)) ?? -1;
}

/** An entry without a place goes before all that came earlier: Go's sort inserts, with a comparison that puts such an entry before any. */
function sortBy(list: readonly unknown[], place: Place): readonly unknown[] {
  if (list.every((entry) => place(entry) >= 0)) return list.toSorted((left, right) => place(left) - place(right));
  const sorted: unknown[] = [];
  for (const entry of list) {
    const own = place(entry);
    const before = own < 0 ? -1 : sorted.findLastIndex((other) => place(other) >= 0 && place(other) <= own);
    sorted.splice(before + 1, 0, entry);
  }
  return sorted;
}

/** Both keep their order; an entry of `others` goes first only when the base had both and had it first. */
function interleave(others: readonly unknown[], wanted: readonly unknown[], basePlace: Place): readonly unknown[] {
  const all: unknown[] = [];
  let taken = 0;
  for (const entry of wanted) {
    while (taken < others.length && comesBefore(basePlace(others[taken]), basePlace(entry))) {
      all.push(others[taken]);
      taken += 1;
    }
    all.push(entry);
  }
  return [...all, ...others.slice(taken)];
}

function comesBefore(place: number, other: number): boolean {
  return place >= 0 && place < other;
}
