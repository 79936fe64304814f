/** One diagnosis of an OpenBao mount, from its target to the text that is printed. */
import type { Transport } from '../../../forgejo/transport.ts';
import type { ExitCode } from '../../world.ts';
import { diagnose } from './diagnose.ts';
import type { BaoFinding } from './finding.ts';
import { type BaoTarget, gather } from './gather.ts';
import { renderJson, renderText } from './render.ts';

export interface BaoDiagnosis {
  readonly text: string;
  /** 1: a failure; warnings alone are 0. */
  readonly code: ExitCode;
}

export async function runBaoDoctor(target: BaoTarget, format: 'text' | 'json', transport: Transport): Promise<BaoDiagnosis> {
  const findings = diagnose(await gather(target, transport)).map((finding) => clean(finding, target.token));
  const render = format === 'json' ? renderJson : renderText;
  return { text: render(target, findings), code: findings.some(({ level }) => level === 'fail') ? 1 : 0 };
}

/** Names and values are OpenBao's: none may hold the token, or steer a terminal. */
function clean({ check, level, subject, found, means, fix }: BaoFinding, token: string): BaoFinding {
  const plain = (text: string): string => text.replaceAll(token, '[token]').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  return {
    check,
    level,
    subject: plain(subject),
    found: plain(found),
    ...(means === undefined ? {} : { means: plain(means) }),
    ...(fix === undefined ? {} : { fix: plain(fix) }),
  };
}
