/**
 * The description of a field as `kubectl explain` shows it. That prints neither default nor bounds, so they stand at the end
 * of the text; the reference page has columns for them.
 */
import { KindGuard, type TSchema } from '@sinclair/typebox';

export function explained(schema: TSchema): string | undefined {
  const { description } = schema;
  if (description === undefined) return undefined;
  return [description, defaultText(schema), rangeText(schema)].filter((sentence) => sentence !== '').join(' ');
}

/** An object that is filled in by the defaults of its fields has nothing to say itself. */
function defaultText(schema: TSchema): string {
  const value: unknown = schema.default;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return `Default: ${value}.`;
  return '';
}

function rangeText(schema: TSchema): string {
  if (KindGuard.IsInteger(schema) && schema.minimum !== undefined && schema.maximum !== undefined)
    return `Range: ${schema.minimum} to ${schema.maximum}.`;
  if (KindGuard.IsArray(schema) && schema.maxItems !== undefined) return `At most ${schema.maxItems}.`;
  return '';
}
