/** How the parts of a Pod template look, as data: what is left of Kubernetes' OpenAPI when only types and merge keys count. */

/**
 * The type of one field. A string is a scalar (`string`, `boolean`, `int32`, `int64`, `quantity`, `intOrString`) or the name
 * of an object type; `[type]` is a list of them, `[type, key]` one whose entries a strategic merge tells apart by `key`;
 * `{ mapOf: type }` has keys that the user chooses.
 */
export type Shape = string | readonly string[] | { readonly mapOf: string };

/** The fields of an object type, by name. */
export type Fields = Readonly<Record<string, Shape>>;

export interface Shapes {
  /** Version of Kubernetes, `1.37.2`. */
  readonly version: string;
  /** Object types by name, `Container`. */
  readonly types: Readonly<Record<string, Fields>>;
}
