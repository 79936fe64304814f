/** The part of a RunnerPool's spec that says which runner program runs, and how it is set up. */
import { Type } from '@sinclair/typebox';
import { image, objectName, stringMap } from './fields.ts';
import { DEFAULT_IMAGES } from './images.ts';

const VERSION = '^v?[0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?$';

export const RunnerSchema = Type.Object(
  {
    image: image(
      'Image of forgejo-runner, pinned: its tag is a version such as `12.8.2`, or `version` says which one it holds.',
      DEFAULT_IMAGES.runner,
    ),
    version: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        pattern: VERSION,
        allowed: 'a version such as 12.8.2',
        description: 'Version of forgejo-runner in the image, when the tag does not say it (a digest, `latest`, a build of your own).',
      }),
    ),
    config: Type.Optional(
      Type.Unsafe<Record<string, unknown>>(
        Type.Object(
          {},
          {
            additionalProperties: true,
            description:
              "Configuration of forgejo-runner, merged over the operator's; `log`, `server` and what the operator relies on must not be set: the reference page lists these keys.",
          },
        ),
      ),
    ),
    envs: Type.Optional(stringMap('Variables that every job gets, by name.', 64, 4096)),
    envFrom: Type.Optional(
      Type.Array(
        Type.Object(
          {
            secretRef: Type.Object(
              { name: objectName('Secret') },
              {
                additionalProperties: false,
                allowed: 'an entry is written secretRef: {name: NAME}',
                description: 'Secret of which every key is a variable.',
              },
            ),
          },
          { additionalProperties: false, description: 'Source of variables, written `secretRef: {name: NAME}`.' },
        ),
        {
          maxItems: 8,
          description:
            'Sources of variables that every job gets besides `envs`, each written `- secretRef: {name: NAME}`; a later one wins, and all of them over `envs`.',
        },
      ),
    ),
  },
  // Said in full: the API server holds a default against the rules before it fills in the defaults within.
  {
    additionalProperties: false,
    default: { image: DEFAULT_IMAGES.runner },
    description: 'Runner program: its image, its configuration, and the variables of its jobs.',
  },
);
