/** The images that a pool gets when it names none: the one place where a version is raised. */

/** Pinned by tag, to a patch version: what runs in every Pod must not change under a tag that moves. docs/pods.md says how to pin by digest. */
export const DEFAULT_IMAGES = {
  runner: 'data.forgejo.org/forgejo/runner:12.8.2',
  dind: 'docker.io/library/docker:28.5.1-dind',
  dindRootless: 'docker.io/library/docker:28.5.1-dind-rootless',
} as const satisfies Readonly<Record<string, string>>;
