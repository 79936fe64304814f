import { checkRunnerImage, formatVersion } from '../../../api/runner-image.ts';
import { DEFAULT_IMAGES } from '../../../api/spec/images.ts';
import type { RunnerPoolSpec } from '../../../api/spec/runnerpool.ts';
import { isRunnerImage } from '../../manifests/runner-images.ts';
import { fields, left, NOTHING, type Part } from '../part.ts';

/** Kept when it is a forgejo-runner, pinned, and new enough for the mode; otherwise the operator's own is taken. */
export function imagePart(image: string | null, mode: RunnerPoolSpec['mode']): Part {
  if (image === null || image === DEFAULT_IMAGES.runner) return NOTHING;
  if (!isRunnerImage(image))
    return left(
      `image ${image}: not known to be a forgejo-runner; the pool has ${DEFAULT_IMAGES.runner}. Set spec.runner.image and .version if it is one.`,
    );
  const check = checkRunnerImage(mode, { image });
  switch (check.kind) {
    case 'supported':
      return fields({ runner: { image } });
    case 'tooOld':
      return left(
        `image ${image}: mode ${mode} needs forgejo-runner ${formatVersion(check.minimum)}; the pool has ${DEFAULT_IMAGES.runner}.`,
      );
    case 'unpinned':
      return left(
        `image ${image}: its tag is no version; the pool has ${DEFAULT_IMAGES.runner}. To keep it, set spec.runner.image and .version.`,
      );
  }
}
