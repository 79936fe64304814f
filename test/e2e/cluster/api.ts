/** A small client of the Kubernetes API: what the cases and the parts around them need, and no more. */
import { Agent, request } from 'undici';
import type { KubeObject, NewObject } from '../../../src/dev/cluster/objects.ts';
import { isKind, type Kind, pathOf } from './kinds.ts';
import { readWatch, type WatchLine } from './watch.ts';

/** An answer other than 2xx; the message is the server's own. */
export class ApiFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiFailure';
    this.status = status;
  }
}

export function isFailure(error: unknown, status: number): boolean {
  return error instanceof ApiFailure && error.status === status;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface Listed {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly graceSeconds?: number;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

export interface Api {
  /** Null: there is none. */
  get(kind: Kind, namespace: string | undefined, name: string): Promise<KubeObject | null>;
  list(kind: Kind, options?: ListOptions): Promise<Listed>;
  /** Server-side apply, by force. */
  apply(object: NewObject, options?: { readonly dryRun?: boolean; readonly manager?: string }): Promise<KubeObject>;
  create(object: NewObject, options?: { readonly dryRun?: boolean }): Promise<KubeObject>;
  /** PUT, with the object's resourceVersion as a precondition. */
  replace(object: KubeObject, subresource?: 'status'): Promise<KubeObject>;
  /** JSON merge patch. */
  patch(kind: Kind, namespace: string | undefined, name: string, patch: object, subresource?: 'status'): Promise<KubeObject>;
  /** Gone already counts as deleted. */
  remove(kind: Kind, namespace: string | undefined, name: string, options?: DeleteOptions): Promise<void>;
  /** Changes since that version until the server or the signal ends them. */
  watch(kind: Kind, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchLine>;
  /** A token of a service account that lives for a day. */
  tokenOf(namespace: string, serviceAccount: string): Promise<string>;
  /** The raw answer of a GET: `/readyz`, metrics. */
  text(path: string): Promise<string>;
}

export interface ApiOptions {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** The client's own connections; `close` ends them. */
export function createApi({ url, ca, token }: ApiOptions): Api & { close(): Promise<void> } {
  // A watch lasts; with HTTP/2 all of them would end with the one connection that they share.
  const dispatcher = new Agent({ connect: { ca }, allowH2: false, bodyTimeout: 0 });

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    type = 'application/json',
  ): Promise<string> {
    const response = await request(`${url}${path}`, {
      dispatcher,
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    if (response.statusCode < 300) return text;
    throw new ApiFailure(response.statusCode, messageOf(text));
  }

  async function object(...parameters: Parameters<typeof send>): Promise<KubeObject> {
    return JSON.parse(await send(...parameters)) as KubeObject; // the API server answers with the object
  }

  return {
    async get(kind, namespace, name) {
      try {
        return await object('GET', pathOf(kind, namespace, name));
      } catch (error) {
        if (isFailure(error, 404)) return null;
        throw error;
      }
    },
    async list(kind, { namespace, labelSelector } = {}) {
      const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
      const list = JSON.parse(await send('GET', pathOf(kind, namespace) + query));
      // Items of a list carry neither.
      const { apiVersion } = list;
      const items = list.items.map((item: KubeObject) => ({ ...item, apiVersion, kind }));
      return { items, resourceVersion: list.metadata.resourceVersion };
    },
    apply(wanted, { dryRun = false, manager = 'e2e' } = {}) {
      const path = pathOf(kindOf(wanted), wanted.metadata.namespace, wanted.metadata.name);
      const query = `?fieldManager=${manager}&force=true${dryRun ? '&dryRun=All' : ''}`;
      return object('PATCH', path + query, wanted, 'application/apply-patch+yaml');
    },
    create(wanted, { dryRun = false } = {}) {
      return object('POST', `${pathOf(kindOf(wanted), wanted.metadata.namespace)}${dryRun ? '?dryRun=All' : ''}`, wanted);
    },
    replace(wanted, subresource) {
      const path = pathOf(kindOf(wanted), wanted.metadata.namespace, wanted.metadata.name);
      return object('PUT', withSubresource(path, subresource), wanted);
    },
    patch(kind, namespace, name, patch, subresource) {
      return object('PATCH', withSubresource(pathOf(kind, namespace, name), subresource), patch, 'application/merge-patch+json');
    },
    async remove(kind, namespace, name, { uid, graceSeconds, propagation = 'Background' } = {}) {
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagation,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
      };
      try {
        await send('DELETE', pathOf(kind, namespace, name), body);
      } catch (error) {
        if (!isFailure(error, 404)) throw error;
      }
    },
    async *watch(kind, resourceVersion, signal) {
      const query = `?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
      const headers = { authorization: `Bearer ${token}` };
      const response = await request(`${url}${pathOf(kind)}${query}`, { dispatcher, headers, signal });
      if (response.statusCode !== 200) throw new ApiFailure(response.statusCode, messageOf(await response.body.text()));
      yield* readWatch(response.body);
    },
    async tokenOf(namespace, serviceAccount) {
      const path = `${pathOf('ServiceAccount', namespace, serviceAccount)}/token`;
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
      return JSON.parse(await send('POST', path, review)).status.token;
    },
    text: (path) => send('GET', path),
    close: () => dispatcher.destroy(),
  };
}

function withSubresource(path: string, subresource: string | undefined): string {
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function kindOf({ kind }: NewObject): Kind {
  if (!isKind(kind)) throw new Error(`no case knows the kind ${kind}: add it to kinds.ts`);
  return kind;
}

function messageOf(text: string): string {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text;
  }
}
