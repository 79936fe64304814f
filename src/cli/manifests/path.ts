/** The keys to a value, from the outside in. */
export type Path = readonly (string | number)[];

/** `spec.labels[2]`, as our validator names a field. */
export function pathOf(field: string): Path {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
}
