/** The part of a RunnerPool's spec about the actions cache (`actions/cache`). */
import { Type } from '@sinclair/typebox';
import { clusterObjectName, keyRef, kubernetesObject, quantity } from './fields.ts';

export const CacheSchema = Type.Object(
  {
    server: Type.Optional(
      Type.Object(
        {
          size: quantity('Size of the volume, as a quantity of Kubernetes.', '10Gi'),
          storageClassName: Type.Optional(
            clusterObjectName('Storage class of the volume; the default of the cluster when it is left out.'),
          ),
          resources: Type.Optional(kubernetesObject('Requests and limits of the cache server, as in Kubernetes.')),
        },
        {
          additionalProperties: false,
          description:
            'Cache server of this pool, made by the operator. Its volume lives as long as it does; another size or storage class is another server, which begins empty.',
        },
      ),
    ),
    externalServer: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            minLength: 1,
            maxLength: 512,
            description: 'Base URL of a `forgejo-runner cache-server` as the runner Pods reach it; a path in it has no effect.',
          }),
          secretRef: Type.Object(keyRef('Secret', 'secret'), {
            additionalProperties: false,
            description: 'Secret that the server shares with its runners, taken as it is: a line break at its end is part of it.',
          }),
        },
        { additionalProperties: false, description: 'Cache server that somebody else runs.' },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'Cache for the actions of all jobs of the pool: exactly one of the fields. Without it there is none.',
  },
);
