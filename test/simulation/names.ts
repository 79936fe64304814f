/** What the world of every run is called. */
export const NAMESPACE = 'ci';
export const POOL = 'pool';
export const NEIGHBOUR = 'neighbour';
export const ORGANIZATION = 'acme';
/** In the order of their ids, from 1 on. */
export const REPOSITORIES = ['acme/app', 'acme/site'] as const;
export const TOKEN_SECRET = 'forgejo-token';
