/** `spec.containerMode`: where the Docker of the jobs is. */
import { tagKind } from '../../../api/image-tag.ts';
import { type Fields, fieldsOf } from '../../../api/objects.ts';
import type { Container } from '../../manifests/pod-specs.ts';
import { repositoryOf } from '../../manifests/runner-images.ts';
import { fields, left, NOTHING, type Part, todo, together } from '../part.ts';

/** Flags of dockerd that mean the same in a pool. */
const CARRIED_FLAG = /^--(storage-driver|default-address-pool|bip|dns|max-concurrent-downloads|log-level|experimental)(=|$)/;
/** Where the daemon listens and what it keeps is the operator's. */
const OWN_FLAG = /^(dockerd|-H|--host|--group|--tls|--data-root|--config-file)/;
const WITHOUT_USER = /^https?:\/\/[^@]+$/;

/** Null when no container is a Docker daemon. */
export function findDocker(containers: readonly Container[]): Container | null {
  return (
    containers.find(
      ({ image, commandLine }) => (image !== null && isDockerImage(image)) || /\bdockerd\b/.test(commandLine.text.split(' ')[0] ?? ''),
    ) ?? null
  );
}

function isDockerImage(image: string): boolean {
  return /(^|\/)docker$/.test(repositoryOf(image)) || /:[^/]*\bdind\b/.test(image);
}

/** A Docker sidecar as it was: image when pinned, flags, limits. */
export function sidecarPart({ image, commandLine, located }: Container): Part {
  const flags = flagsOf(commandLine.text);
  return together(
    sidecarImagePart(image, fieldsOf(located.value)['resources'], flags.dind),
    flags.left.length === 0 ? NOTHING : left(`arguments of the Docker sidecar: ${flags.left.join(', ')}.`),
  );
}

/** `image`: null where it is that of a chart. */
export function sidecarImagePart(image: string | null, resources: unknown, flags: Fields = {}): Part {
  const type = image?.includes('rootless') === true ? 'DindRootless' : 'Dind';
  const kept = image !== null && tagKind(image) === 'fixed';
  const dind: Fields = {
    ...(kept ? { image } : {}),
    ...flags,
    ...(Object.keys(fieldsOf(resources)).length === 0 ? {} : { resources }),
  };
  return together(
    fields({ containerMode: { type, ...(Object.keys(dind).length === 0 ? {} : { dind }) } }),
    image === null || kept ? NOTHING : left(`image ${image} of the Docker sidecar: its tag moves; the pool has the operator's own.`),
  );
}

interface Flags {
  readonly dind: Fields;
  /** Names of flags, without their values. */
  readonly left: readonly string[];
}

function flagsOf(commandLine: string): Flags {
  const words = commandLine.split(/\s+/).filter((word) => word.startsWith('-') && !OWN_FLAG.test(word));
  const valuesOf = (flag: string): readonly string[] =>
    words.filter((word) => word.startsWith(`${flag}=`)).map((word) => word.slice(flag.length + 1));
  const mirrors = valuesOf('--registry-mirror');
  const registryMirrors = mirrors.filter((url) => WITHOUT_USER.test(url));
  const insecureRegistries = valuesOf('--insecure-registry');
  const mtu = Number(valuesOf('--mtu')[0]);
  const args = words.filter((word) => CARRIED_FLAG.test(word));
  const others = words.filter((word) => !CARRIED_FLAG.test(word) && !/^--(registry-mirror|insecure-registry|mtu)=/.test(word));
  return {
    dind: {
      ...(args.length > 0 ? { args } : {}),
      ...(registryMirrors.length > 0 ? { registryMirrors } : {}),
      ...(insecureRegistries.length > 0 ? { insecureRegistries } : {}),
      ...(Number.isInteger(mtu) ? { mtu } : {}),
    },
    left: [
      ...others.map((word) => word.split('=')[0] ?? ''),
      ...(mirrors.length > registryMirrors.length ? ['--registry-mirror with a password'] : []),
    ],
  };
}

/** Without a sidecar: the socket of the node, a daemon elsewhere, or none. */
export function withoutSidecarPart(dockerHost: string | null, mountsSocket: boolean, onlyHostLabels: boolean): Part {
  if (onlyHostLabels) return fields({ containerMode: { type: 'Host' } });
  if (mountsSocket) {
    return together(
      fields({ containerMode: { type: 'Dind' } }),
      left(
        "the Docker of the node (/var/run/docker.sock): whoever reaches it is root there; the pool has a Docker of its own in each Pod. docs/pods.md says how to go on with the node's.",
      ),
    );
  }
  if (dockerHost !== null) {
    return together(
      fields({ containerMode: { type: 'Dind' } }),
      todo(
        'spec.containerMode: jobs ran in a Docker daemon outside of the Pod; to go on so, set type External with dockerHost and tlsSecretRef (docs/pods.md). The pool has a Docker of its own in each Pod.',
      ),
    );
  }
  return together(
    fields({ containerMode: { type: 'Dind' } }),
    left('no Docker was found beside the runner, though its labels need one; the pool has a privileged sidecar in each Pod.'),
  );
}
