/** One diagnosis, from its target to the text that is printed. */
import { type Connection } from '../../forgejo/call.ts';
import type { ExitCode } from '../world.ts';
import { diagnose } from './diagnose.ts';
import { type ExamineDeps, examine } from './examine.ts';
import type { Finding } from './finding.ts';
import { renderJson, renderText } from './render.ts';
import { sweep } from './sweep.ts';
import type { Target } from './target.ts';
import { writeTest } from './write-test.ts';

export interface DoctorOptions {
  readonly format: 'text' | 'json';
  readonly writeTest: boolean;
  /** The uid of `--sweep`; null: nothing is swept. */
  readonly sweepUid: string | null;
}

export interface Diagnosis {
  readonly text: string;
  readonly code: ExitCode;
}

export async function runDoctor(target: Target, options: DoctorOptions, deps: ExamineDeps): Promise<Diagnosis> {
  const facts = await examine(target, deps);
  const found = [...diagnose(facts), ...(facts.scope === null ? [] : await act(target, options, deps.connection))];
  const findings = found.map((finding) => withoutToken(finding, target.token));
  const render = options.format === 'json' ? renderJson : renderText;
  return { text: render(target, findings), code: findings.some(({ level }) => level === 'fail') ? 1 : 0 };
}

/** What changes something comes last, and only when it is asked for. */
async function act({ scope, poolsAreAll }: Target, options: DoctorOptions, connection: Connection): Promise<readonly Finding[]> {
  const written = options.writeTest ? [await writeTest(connection, scope)] : [];
  if (options.sweepUid === null) return written;
  return [...written, ...(await sweep({ scope, poolUid: options.sweepUid, isSurelyGone: poolsAreAll }, connection))];
}

/** The second fence: no finding is made of a body, but a server chooses names, and may choose this one. */
function withoutToken({ check, level, found, means, fix }: Finding, token: string): Finding {
  const clean = (text: string): string => text.replaceAll(token, '[token]');
  return {
    check,
    level,
    found: clean(found),
    ...(means === undefined ? {} : { means: clean(means) }),
    ...(fix === undefined ? {} : { fix: clean(fix) }),
  };
}
