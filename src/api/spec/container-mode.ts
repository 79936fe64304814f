/** The part of a RunnerPool's spec that says where the steps of a job run. */
import { Type } from '@sinclair/typebox';
import { clusterObjectName, image, kubernetesObject, objectName, PORT, quantity, secretRef } from './fields.ts';
import { DEFAULT_IMAGES } from './images.ts';

/** One argument of a command line, or a host with a port. */
const WORD = '^[!-~]+$';
/** What the daemon takes as a mirror: a base URL without credentials. */
const MIRROR = '^https?://[A-Za-z0-9._~:/\\[\\]-]+$';
const REGISTRY = '^[A-Za-z0-9._:/\\[\\]-]+$';
const DOCKER_HOST = `^(tcp://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\]):${PORT}|unix://(/[A-Za-z0-9._-]+)+)$`;

const StorageSchema = Type.Object(
  {
    emptyDir: Type.Optional(
      Type.Object(
        {
          sizeLimit: Type.Optional(quantity('Size that it may grow to, as a quantity of Kubernetes; a Pod that goes beyond is evicted.')),
          medium: Type.Optional(
            Type.Literal('Memory', {
              description:
                'Medium of the volume: `Memory` is a tmpfs, which counts for the memory of the Pod; the disk of the node when it is left out.',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'Volume on the disk of the node, as long as the Pod; what is used when nothing is set.',
        },
      ),
    ),
    ephemeral: Type.Optional(
      Type.Object(
        {
          size: quantity('Size of the volume, as a quantity of Kubernetes.'),
          storageClassName: Type.Optional(
            clusterObjectName('Storage class of the volume; the default of the cluster when it is left out.'),
          ),
        },
        { additionalProperties: false, description: 'Volume of its own for every Pod, made and deleted with it.' },
      ),
    ),
    claimName: Type.Optional(objectName('PersistentVolumeClaim')),
  },
  {
    additionalProperties: false,
    description:
      'Storage in which the Docker daemon keeps images, layers and volumes; one of the fields at most. `claimName` keeps them from one runner to the next, and so ' +
      'only for a pool of mode `Ephemeral` with `maxRunners: 1`: two daemons would destroy a store that they share.',
  },
);

const DindSchema = Type.Object(
  {
    image: Type.Optional(
      image(
        `Image of the Docker daemon. Default: \`${DEFAULT_IMAGES.dind}\`, and \`${DEFAULT_IMAGES.dindRootless}\` for type \`DindRootless\`. It needs \`/bin/sh\`; its entrypoint is passed over, but for the \`dockerd-entrypoint.sh\` of Docker's own images.`,
      ),
    ),
    args: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 512,
          pattern: WORD,
          allowed: 'one argument, without spaces',
          description: 'Argument of the daemon.',
        }),
        {
          maxItems: 32,
          description: 'Arguments of `dockerd` besides those of the operator. Where it listens is fixed: a socket that only this Pod has.',
        },
      ),
    ),
    registryMirrors: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 512,
          pattern: MIRROR,
          allowed: 'an http or https URL without user, query and fragment',
          description: 'Base URL of the mirror.',
        }),
        {
          maxItems: 16,
          description: 'Mirrors of Docker Hub, in order.',
        },
      ),
    ),
    insecureRegistries: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 255,
          pattern: REGISTRY,
          allowed: 'HOST, HOST:PORT or a network in CIDR form',
          description: 'Registry as `HOST`, `HOST:PORT` or a network in CIDR form.',
        }),
        {
          maxItems: 16,
          description: 'Registries that are spoken to without TLS, or whose certificate is not checked.',
        },
      ),
    ),
    mtu: Type.Optional(
      Type.Integer({
        minimum: 576,
        maximum: 65_535,
        description: "MTU of the job containers' networks, in bytes: set that of the Pod network when it is below 1500.",
      }),
    ),
    resources: Type.Optional(kubernetesObject('Requests and limits of the daemon and all job containers together, as in Kubernetes.')),
    storage: Type.Optional(StorageSchema),
  },
  { additionalProperties: false, description: 'Docker sidecar of the Pod; only with type `Dind` or `DindRootless`.' },
);

const ExternalSchema = Type.Object(
  {
    dockerHost: Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: DOCKER_HOST,
      allowed: 'tcp://HOST:PORT or unix:///PATH',
      description:
        'Address of the daemon: `tcp://HOST:PORT`, always with `tlsSecretRef`, or `unix:///PATH` of a socket that `template` mounts into the container `runner`. All jobs of the pool share that daemon.',
    }),
    tlsSecretRef: Type.Optional(
      secretRef('Secret with `ca.pem`, `cert.pem` and `key.pem`, by which runner and daemon know each other; for `tcp` only.'),
    ),
  },
  { additionalProperties: false, description: 'Docker daemon outside of the Pod; only with type `External`.' },
);

export const ContainerModeSchema = Type.Object(
  {
    type: Type.Union([Type.Literal('Dind'), Type.Literal('DindRootless'), Type.Literal('External'), Type.Literal('Host')], {
      default: 'Dind',
      description:
        'Place where jobs run. `Dind`: in containers of a privileged Docker sidecar of the Pod. `DindRootless`: of one without privileges, on nodes that allow user namespaces. ' +
        "`External`: of a Docker daemon elsewhere. `Host`: in the runner container itself, where a job can read the runner's own credential.",
    }),
    dind: Type.Optional(DindSchema),
    external: Type.Optional(ExternalSchema),
  },
  // Said in full: the API server holds a default against the rules before it fills in the defaults within.
  { additionalProperties: false, default: { type: 'Dind' }, description: 'Container mode: where the steps of a job run.' },
);
