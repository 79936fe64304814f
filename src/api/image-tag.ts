/** Whether the name of an image goes on meaning the same image. */

/** `fixed`: it names one build; `latest`: the newest there is; `moving`: a series (`12`, `12.8`, `28-dind`) or a word (`dind`). */
export type TagKind = 'fixed' | 'moving' | 'latest';

const LATEST = /(^|[-._])latest($|[-._])/;
/** At most three digits each: longer numbers are dates and builds. */
const SERIES = /^v?[0-9]{1,3}(\.[0-9]{1,3})?(-[A-Za-z].*)?$/;

/** A digest decides before any tag beside it; no tag means `latest`. A tag with a number that is no version is somebody's build. */
export function tagKind(image: string): TagKind {
  if (image.includes('@')) return 'fixed';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  const tag = colon === -1 ? 'latest' : name.slice(colon + 1);
  if (LATEST.test(tag)) return 'latest';
  return SERIES.test(tag) || !/[0-9]/.test(tag) ? 'moving' : 'fixed';
}
