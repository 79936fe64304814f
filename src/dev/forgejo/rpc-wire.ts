/** The JSON form of protobuf messages: int64 are strings or numbers, zero values are left out. */
import type { HttpResponse } from '../../forgejo/transport.ts';

export type ProtoMessage = Readonly<Record<string, unknown>>;

export function rpcResponse(message: ProtoMessage): HttpResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) };
}

export function rpcError(status: number, code: string, message: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, message }) };
}

/** Null when the body is no JSON object. */
export function parseMessage(body: string): ProtoMessage | null {
  try {
    return messageOf(JSON.parse(body));
  } catch {
    return null;
  }
}

export function messageField(message: ProtoMessage, name: string): ProtoMessage | null {
  return messageOf(message[name]);
}

export function textField(message: ProtoMessage, name: string): string {
  const value = message[name];
  return typeof value === 'string' ? value : '';
}

export function integerField(message: ProtoMessage, name: string): number {
  const value = message[name];
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : 0;
}

export function listField(message: ProtoMessage, name: string): readonly unknown[] {
  const value = message[name];
  return Array.isArray(value) ? value : [];
}

export function messageOf(value: unknown): ProtoMessage | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
