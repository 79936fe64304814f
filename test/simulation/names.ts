/** What the world of every run is called. */
export const NAMESPACE = 'ci';
export const POOL = 'pool';
export const NEIGHBOUR = 'neighbour';
export const ORGANIZATION = 'acme';
export const REPOSITORIES = ['acme/app', 'acme/site'] as const;
export const TOKEN_SECRET = 'forgejo-token';
