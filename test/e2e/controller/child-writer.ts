/** What Metacontroller writes after an answer, by server-side apply (facts: Metacontroller, section 6). */
import type { ControllerSettings } from '../../../src/dev/cluster/composite-controller.ts';
import { isKind } from '../../../src/dev/cluster/kinds.ts';
import type { KubeObject, NewObject } from '../../../src/dev/cluster/objects.ts';
import { objectKey } from '../../../src/dev/cluster/wire.ts';
import { isSame } from '../../../src/pool/same.ts';
import { type Api, isFailure } from '../cluster/api.ts';

export interface ChildWriter {
  /** Texts of what failed; the other children are written all the same. */
  apply(parent: KubeObject, observed: readonly KubeObject[], desired: readonly KubeObject[]): Promise<readonly string[]>;
  /** Replaced as a whole, only when it differs. */
  writeStatus(parent: KubeObject, status: object): Promise<void>;
}

const MANAGER = 'metacontroller';

export function createChildWriter(api: Api, settings: ControllerSettings): ChildWriter {
  /** By uid: what was applied last, so that a steady pool causes no call. */
  const applied = new Map<string, NewObject>();

  async function remove({ kind, metadata }: KubeObject): Promise<void> {
    if (!isKind(kind) || metadata.deletionTimestamp !== undefined) return;
    try {
      await api.remove(kind, metadata.namespace, metadata.name, { uid: metadata.uid });
    } catch (error) {
      // Another one of that name: nothing of ours is left to delete.
      if (!isFailure(error, 409)) throw error;
    }
  }

  async function write(parent: KubeObject, live: KubeObject | undefined, child: KubeObject): Promise<void> {
    const rule = settings.children.find(({ kind }) => kind === child.kind);
    if (live !== undefined && (rule?.method !== 'InPlace' || live.metadata.deletionTimestamp !== undefined)) return;
    const wanted = asApplied(parent, child);
    if (live !== undefined && isSame(applied.get(live.metadata.uid) ?? {}, wanted)) return;
    const written = await api.apply(wanted, { manager: MANAGER });
    applied.set(written.metadata.uid, wanted);
  }

  return {
    async apply(parent, observed, desired) {
      const errors: string[] = [];
      const attempt = async (action: Promise<void>): Promise<void> =>
        action.catch((error: unknown) => void errors.push(error instanceof Error ? error.message : 'failed'));
      const wanted = new Map(desired.map((child) => [keyOf(child), child]));
      const present = new Map(observed.map((child) => [keyOf(child), child]));
      for (const [key, child] of present) if (!wanted.has(key)) await attempt(remove(child));
      for (const [key, child] of wanted) await attempt(write(parent, present.get(key), child));
      return errors;
    },
    async writeStatus({ metadata }, status) {
      const live = await api.get(settings.parentKind, metadata.namespace, metadata.name);
      if (live === null || live.metadata.uid !== metadata.uid) return;
      const wanted = { ...status, observedGeneration: metadata.generation };
      if (!isSame(live.status ?? {}, wanted)) await api.replace({ ...live, status: wanted }, 'status');
    },
  };
}

/** Less what an echoed child brings along from the server. */
function asApplied(parent: KubeObject, observed: KubeObject): NewObject {
  const { status: _, ...child } = observed;
  const { name, namespace, labels, annotations } = child.metadata;
  const { apiVersion, kind } = parent;
  const owner = { apiVersion, kind, name: parent.metadata.name, uid: parent.metadata.uid, controller: true, blockOwnerDeletion: true };
  return {
    ...child,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [owner],
    },
  };
}

function keyOf(child: KubeObject): string {
  return `${child.kind} ${objectKey(child)}`;
}
