/**
 * Keeps what was made of a frozen object: nobody can change it, so it means the same ever after. A body that was parsed from
 * text is not frozen; the embedded world shares its frozen objects with the hooks, and would decode each of them in every call.
 * What is kept is given to every later call: it is frozen too. It must be plain objects, lists and scalars.
 */
import { deepFreeze } from './deep-freeze.ts';

export function once<O extends object, V>(make: (object: O) => V): (object: O) => V {
  const made = new WeakMap<O, { readonly value: V }>();
  return (object) => {
    if (!Object.isFrozen(object)) return make(object);
    const known = made.get(object);
    if (known !== undefined) return known.value;
    const value = deepFreeze(make(object));
    made.set(object, { value });
    return value;
  };
}

/** As `once`, of an object and a text; kept for the last text. */
export function onceWith<O extends object, V>(make: (object: O, text: string) => V): (object: O, text: string) => V {
  const made = new WeakMap<O, { readonly text: string; readonly value: V }>();
  return (object, text) => {
    if (!Object.isFrozen(object)) return make(object, text);
    const known = made.get(object);
    if (known?.text === text) return known.value;
    const value = deepFreeze(make(object, text));
    made.set(object, { text, value });
    return value;
  };
}
