/** Shapes that several fields of the spec share. */
import { Type } from '@sinclair/typebox';

/** DNS subdomain name (RFC 1123), as Kubernetes names most objects. */
export const DNS_NAME = '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$';
/** The words for it: `allowed` says in a refusal what a pattern takes. */
const NAME = 'a name: lower-case letters, digits, and "-" and "." between them';
/** Keys of a Secret or ConfigMap, as Kubernetes checks them. */
export const DATA_KEY = '^[A-Za-z0-9._-]+$';
/** Quantities as Kubernetes writes them, without exponent and sign. */
const QUANTITY = '^[0-9]{1,12}(\\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

/** 1 to 65535. */
export const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

export function objectName(object: string) {
  return Type.String({
    minLength: 1,
    maxLength: 253,
    pattern: DNS_NAME,
    allowed: NAME,
    description: `Name of the ${object}, in the namespace of the pool.`,
  });
}

/** Name of an object of the cluster. */
export function clusterObjectName(description: string) {
  return Type.String({ minLength: 1, maxLength: 253, pattern: DNS_NAME, allowed: NAME, description });
}

/** The fields of a reference to one key of a Secret or ConfigMap. */
export function keyRef(object: string, key: string) {
  return {
    name: objectName(object),
    key: Type.String({
      minLength: 1,
      maxLength: 253,
      pattern: DATA_KEY,
      allowed: 'letters, digits, "-", "_" and "."',
      default: key,
      description: `Key within the ${object}, whose value is taken.`,
    }),
  };
}

/** A reference to a whole Secret. */
export function secretRef(description: string) {
  return Type.Object({ name: objectName('Secret') }, { additionalProperties: false, description });
}

export function image(description: string, defaultImage?: string) {
  return Type.String({
    minLength: 1,
    maxLength: 512,
    pattern: '^[!-~]+$',
    allowed: 'the name of an image, without spaces',
    ...(defaultImage !== undefined && { default: defaultImage }),
    description,
  });
}

export function quantity(description: string, defaultQuantity?: string) {
  return Type.String({
    minLength: 1,
    maxLength: 32,
    pattern: QUANTITY,
    allowed: 'a quantity such as 500m or 10Gi',
    ...(defaultQuantity !== undefined && { default: defaultQuantity }),
    description,
  });
}

/** Strings by keys that the user chooses. */
export function stringMap(description: string, maxProperties: number, maxLength: number) {
  return Type.Unsafe<Record<string, string>>(
    Type.Object({}, { additionalProperties: Type.String({ maxLength }), maxProperties, description }),
  );
}

/** A part of a Pod in Kubernetes' own words: what stands in it is held against Kubernetes' schema, not described here. */
export function kubernetesObject(description: string) {
  return Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true, description }));
}

export function kubernetesList(maxItems: number, description: string) {
  return Type.Array(kubernetesObject('Entry of the list, as in Kubernetes.'), { maxItems, description });
}
