/** Whether OpenBao is ready: `sys/health`, which asks for no token (facts: OpenBao, section 7, recorded). */
import { Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { Clock } from '../clock.ts';
import { type HttpResponse, type Transport, TransportError } from '../forgejo/transport.ts';
import type { HealthView } from '../pool/oidc.ts';
import { parseJson } from './parse-json.ts';

export interface HealthConnection {
  /** Must not follow redirects, and must hold the address against the administrator's list. */
  readonly transport: Transport;
  readonly clock: Clock;
  readonly address: string;
  readonly ca: string | null;
  readonly timeoutMs: number;
}

/** A proxy's answer has another body: it must not pass for a standby. */
const healthCheck = TypeCompiler.Compile(
  Type.Object({ initialized: Type.Boolean(), sealed: Type.Boolean(), server_time_utc: Type.Optional(Type.Integer()) }),
);

/** 200 active, 429 standby, 472 and 473 standbys that only Vault Enterprise has, 501 not initialised, 503 sealed. */
export async function readHealth({ transport, clock, address, ca, timeoutMs }: HealthConnection): Promise<HealthView> {
  const url = `${address.replace(/\/+$/, '')}/v1/sys/health`;
  const headers = { accept: 'application/json' };
  try {
    const response = await transport({ method: 'GET', url, headers, timeoutMs, ...(ca !== null && { ca }) });
    return healthOf(response, clock.now());
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return healthOfError(error);
  }
}

function healthOf({ status, body, headers }: HttpResponse, now: number): HealthView {
  const health = parseJson(body);
  if (!healthCheck.Check(health)) return { kind: 'nonsense', problem: `status ${status}` };
  if (!health.initialized) return { kind: 'uninitialized' };
  if (health.sealed) return { kind: 'sealed' };
  const date = Date.parse(headers['date'] ?? '');
  const time = health.server_time_utc === undefined ? date : health.server_time_utc * 1000;
  return { kind: 'ready', aheadMs: Number.isFinite(time) ? time - now : null };
}

function healthOfError({ because }: TransportError): HealthView {
  switch (because.kind) {
    case 'timeout':
      return { kind: 'timeout' };
    case 'unreachable':
      return { kind: 'unreachable', code: because.code };
    case 'addressRefused':
      return { kind: 'notAllowed' };
  }
}
