/** The lines of a watch. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { KubeObject } from '../../../src/dev/cluster/objects.ts';

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export async function* readWatch(body: Readable): AsyncGenerator<WatchLine> {
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== '') yield JSON.parse(line) as WatchLine; // one event a line, by the API's own definition
  }
}
