/** How a server is reached and as whom: what a pool's `spec.forgejo` and its Secrets come to. */
export interface Access {
  /** Base URL, without a trailing slash; may hold a path prefix. */
  readonly url: string;
  /** API token. Never logged, never part of a key or a message. */
  readonly token: string;
  /** PEM bundle to trust instead of the system's. */
  readonly ca?: string;
}
