/**
 * What `make` makes of an object, made once and kept as long as the object is: all pools of a scope decide on one queue and one
 * list of registrations, and each of their runners asks the same of it.
 */
export function keptBy<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (of) => {
    const known = made.get(of) ?? { value: make(of) };
    made.set(of, known);
    return known.value;
  };
}
