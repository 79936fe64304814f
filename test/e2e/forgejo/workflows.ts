/** Jobs of a real Forgejo: a workflow for each label and length, started by dispatch. */
import { type JobCounts, type NewJob, ORGANIZATION, REPOSITORIES, type Repository } from './forgejo.ts';

/** One call of the REST API, with the path behind `/api/v1`. */
export type Call = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;
type Row = Readonly<Record<string, unknown>>;

/** A page of the API. */
const LIMIT = 50;

export interface Workflows {
  queue(job: NewJob): Promise<void>;
  jobs(label: string): Promise<JobCounts>;
}

export function createWorkflows(call: Call): Workflows {
  const made = new Set<string>();

  async function ensure(path: string, { label, seconds }: NewJob): Promise<void> {
    if (made.has(path)) return;
    made.add(path);
    const text = `on: workflow_dispatch\njobs:\n  job:\n    runs-on: ${label}\n    steps:\n      - run: sleep ${seconds}\n`;
    await call('POST', path, { content: Buffer.from(text).toString('base64'), message: 'add a workflow' });
  }

  return {
    async queue(job) {
      const repository = `/repos/${ORGANIZATION}/${job.repository}`;
      const file = `${job.label}-${job.seconds}.yml`;
      await ensure(`${repository}/contents/.forgejo/workflows/${file}`, job);
      await call('POST', `${repository}/actions/workflows/${file}/dispatches`, { ref: 'main' });
    },
    async jobs(label) {
      const file = new RegExp(`^${label}-[0-9]+\\.yml$`);
      const runs = (await Promise.all(REPOSITORIES.map((repository) => runsOf(call, repository)))).flat();
      const statuses = runs.filter(({ workflow_id: name }) => file.test(String(name))).map(({ status }) => String(status));
      const count = (...wanted: readonly string[]): number => statuses.filter((status) => wanted.includes(status)).length;
      return {
        waiting: count('waiting', 'blocked'),
        running: count('running'),
        succeeded: count('success'),
        failed: count('failure', 'cancelled', 'skipped'),
      };
    },
  };
}

/** Names of the organization's runners. */
export async function runnersOf(call: Call): Promise<readonly string[]> {
  const rows = await pages(async (page) => {
    const answer = await call('GET', `/orgs/${ORGANIZATION}/actions/runners?limit=${LIMIT}&page=${page}`);
    return answer as readonly Row[]; // the shape of Forgejo's API
  });
  return rows.map(({ name }) => String(name));
}

async function runsOf(call: Call, repository: Repository): Promise<readonly Row[]> {
  return pages(async (page) => {
    const answer = await call('GET', `/repos/${ORGANIZATION}/${repository}/actions/runs?limit=${LIMIT}&page=${page}`);
    return (answer as { readonly workflow_runs: readonly Row[] }).workflow_runs; // the shape of Forgejo's API
  });
}

async function pages(read: (page: number) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  const all: Row[] = [];
  for (let page = 1; ; page += 1) {
    const rows = await read(page);
    all.push(...rows);
    if (rows.length < LIMIT) return all;
  }
}
