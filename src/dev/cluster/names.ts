import { type Random, randomText } from '../forgejo/random.ts';

// The letters of k8s.io/apimachinery/pkg/util/rand: no vowels, no look-alikes.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** What Kubernetes appends to a generateName, and a ReplicaSet's hash. */
export function nameSuffix(random: Random, length: number): string {
  return randomText(random, ALPHABET, length);
}
