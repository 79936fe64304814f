/** `case.json`: what happens, when, and what Forgejo holds at that moment. Decoded strictly: an unknown key is an error. */
import { type Static, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';

const STRICT = { additionalProperties: false } as const;
const Id = Type.Integer({ minimum: 1 });
/** RFC 3339 in UTC, to the millisecond. */
const Time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z$' });

/** A row of the runner list; fields that are left out stay as they were, so that a later step can name an id and a new status. */
const RunnerRow = Type.Object(
  {
    id: Id,
    uuid: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    ephemeral: Type.Optional(Type.Boolean()),
    /** What it declares; default `v12.8.2`, and nothing while it is `undeclared`. */
    version: Type.Optional(Type.String({ minLength: 1 })),
    /** `undeclared`: never started; `offline`: silent for 2 minutes; `idle` and `active`: seen in this very second. */
    status: Type.Optional(Type.Union([Type.Literal('undeclared'), Type.Literal('offline'), Type.Literal('idle'), Type.Literal('active')])),
  },
  STRICT,
);

/** A job of `acme/app`, or of `repository`; `task` and `runner`: which task it became and whose it is. */
const JobRow = Type.Object(
  {
    id: Id,
    handle: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    runsOn: Type.Optional(Type.Array(Type.String())),
    repository: Type.Optional(Id),
    status: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('success'), Type.Literal('cancelled')]),
    task: Type.Optional(Id),
    runner: Type.Optional(Id),
  },
  STRICT,
);

const Endpoint = Type.Union([
  Type.Literal('list'),
  Type.Literal('jobs'),
  Type.Literal('get'),
  Type.Literal('create'),
  Type.Literal('delete'),
  Type.Literal('repository'),
  Type.Literal('UpdateLog'),
  Type.Literal('UpdateTask'),
]);

const Fault = Type.Union([
  Type.Object({ kind: Type.Literal('answer'), status: Type.Integer(), body: Type.Optional(Type.String()) }, STRICT),
  Type.Object({ kind: Type.Literal('latency'), ms: Type.Integer({ minimum: 0 }) }, STRICT),
  Type.Object({ kind: Type.Literal('loseAnswer') }, STRICT),
  Type.Object({ kind: Type.Literal('refuse') }, STRICT),
  /** The list answers with its rows, and with this `X-Total-Count`. */
  Type.Object({ kind: Type.Literal('totalCount'), value: Type.Integer({ minimum: 0 }) }, STRICT),
]);

const FaultRule = Type.Object(
  {
    endpoints: Type.Optional(Type.Array(Endpoint)),
    /** How many requests it hits at most. */
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    fault: Fault,
  },
  STRICT,
);

/** What changes at Forgejo before the step; faults hold for this step alone. */
const ForgejoChanges = Type.Object(
  {
    runners: Type.Optional(Type.Array(RunnerRow)),
    /** That many idle registrations of others, with the ids from 1001 on. */
    otherRunners: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Ids of registrations that are gone. */
    gone: Type.Optional(Type.Array(Id)),
    jobs: Type.Optional(Type.Array(JobRow)),
    faults: Type.Optional(Type.Array(FaultRule)),
    /** New repositories of `acme`, with the ids from 2 on. */
    repositories: Type.Optional(Type.Array(Type.String({ pattern: '^acme/' }))),
    /** The repository `acme/app` has this name now; Forgejo redirects from the old one. */
    renamedTo: Type.Optional(Type.String()),
    /** Actions of `acme/app` are switched off. */
    actionsOff: Type.Optional(Type.Boolean()),
  },
  STRICT,
);

/** What OpenBao answers to every read from this step on. */
const OpenBaoAnswer = Type.Object(
  {
    status: Type.Integer(),
    /** The secret, in the place where a KV store of version 2 has it. */
    secret: Type.Optional(Type.Record(Type.String(), Type.String())),
    errors: Type.Optional(Type.Array(Type.String())),
  },
  STRICT,
);

const Step = Type.Object(
  {
    because: Type.String({ minLength: 1 }),
    /** Own clock when the call arrives. */
    now: Time,
    hook: Type.Union([Type.Literal('sync'), Type.Literal('finalize'), Type.Literal('customize')]),
    /** The request is `request.txt`, sent as it is through the HTTP skin. */
    overHttp: Type.Optional(Type.Boolean()),
    /** Another letter is another process: a second replica, or the same one restarted. Default `A`. */
    operator: Type.Optional(Type.String({ pattern: '^[A-Z]$' })),
    forgejo: Type.Optional(ForgejoChanges),
    openBao: Type.Optional(OpenBaoAnswer),
  },
  STRICT,
);

const Case = Type.Object(
  {
    because: Type.String({ minLength: 1 }),
    /** Whose the pool's API token is; default: all rights of an owner of `acme`. `null`: Forgejo knows no such token. */
    token: Type.Optional(
      Type.Union([
        Type.Null(),
        Type.Object(
          {
            user: Type.Union([Type.Literal('owner'), Type.Literal('stranger')]),
            scopes: Type.Array(
              Type.Union([
                Type.Literal('all'),
                Type.Literal('read:organization'),
                Type.Literal('write:organization'),
                Type.Literal('read:repository'),
                Type.Literal('write:repository'),
              ]),
            ),
          },
          STRICT,
        ),
      ]),
    ),
    /** Rows of the list that allows pools their tokens in OpenBao; without it the service has no OpenBao. */
    openBaoRows: Type.Optional(Type.Array(Type.String())),
    /** Forgejo's clock less ours, ms. */
    offsetMs: Type.Optional(Type.Integer()),
    steps: Type.Array(Step, { minItems: 1 }),
  },
  STRICT,
);

export type ContractCase = Static<typeof Case>;
export type ContractStep = Static<typeof Step>;
export type ForgejoChanges = Static<typeof ForgejoChanges>;
export type OpenBaoAnswer = Static<typeof OpenBaoAnswer>;
export type ContractFault = Static<typeof FaultRule>;

const compiled = TypeCompiler.Compile(Case);

/** Throws an error that names the first key that is wrong. */
export function decodeCase(text: string, where: string): ContractCase {
  const value: unknown = JSON.parse(text);
  if (compiled.Check(value)) return value;
  const problem = compiled.Errors(value).First();
  throw new Error(`${where}${problem?.path ?? ''}: ${problem?.message ?? 'not a case'}`);
}
