/** The Forgejo of a run, real or embedded: one organization with repositories, a token for pools, jobs that sleep. */

export const ORGANIZATION = 'acme';
export const REPOSITORIES = ['app', 'site', 'tools'] as const;
export type Repository = (typeof REPOSITORIES)[number];

export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  /** Failed, cancelled or skipped. */
  readonly failed: number;
}

export interface NewJob {
  readonly repository: Repository;
  readonly label: string;
  readonly seconds: number;
}

export interface Forgejo {
  readonly real: boolean;
  /** As Pods and the service reach it. */
  readonly url: string;
  /** With the scope `write:organization`, of an owner of the organization. */
  readonly token: string;
  queue(job: NewJob): Promise<void>;
  /** Of the jobs with that label. */
  jobs(label: string): Promise<JobCounts>;
  /** Names of the organization's registered runners. */
  runners(): Promise<readonly string[]>;
  /** As a lost machine would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}
