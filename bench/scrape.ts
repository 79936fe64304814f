/** `node bench/scrape.ts`: how long a scrape of 1000 pools takes, each with everything that is counted. The first ones warm up. */
import { aThousandPools } from '../test/metrics/support/thousand-pools.ts';

const WARM_UP = 5;
const ROUNDS = 20;

const { registry } = aThousandPools();
const taken: { readonly wallMs: number; readonly cpuMs: number; readonly bytes: number }[] = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const { length: bytes } = await registry.metrics();
  const { user, system } = process.cpuUsage(cpu);
  taken.push({ wallMs: performance.now() - began, cpuMs: (user + system) / 1000, bytes });
}
const measured = taken.slice(WARM_UP);
const median = (values: readonly number[]): string => (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(0);
const [wall, cpu] = [median(measured.map(({ wallMs }) => wallMs)), median(measured.map(({ cpuMs }) => cpuMs))];
process.stdout.write(`${measured[0]?.bytes} bytes, median of ${ROUNDS}: ${wall} ms, of which ${cpu} ms on a processor\n`);
