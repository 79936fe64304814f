/** Every rule: what is weak is seen, its fix mends it, and what is sound is left alone. `UPDATE_GOLDENS=1` writes the text anew. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bindClaims, fixText } from '../../../../src/cli/doctor/openbao/commands.ts';
import { judge } from '../../../../src/cli/doctor/openbao/diagnose.ts';
import type { BaoFinding } from '../../../../src/cli/doctor/openbao/finding.ts';
import { renderText } from '../../../../src/cli/doctor/openbao/render.ts';
import { BAO_RULES } from '../../../../src/cli/doctor/openbao/rules/rules.ts';
import { carryOut, hasCommand } from './carry-out.ts';
import { CASES, SOUND, WEAK } from './cases.ts';
import { ADDRESS, type BaoWorld, estateOf, withRole } from './world.ts';

const golden = join(import.meta.dirname, 'golden/every-rule.txt');

function seen(world: BaoWorld, rule: string): readonly BaoFinding[] {
  return judge(estateOf(world)).filter(({ check }) => check === rule);
}

describe('a weak mount', () => {
  it.each(CASES)('$rule is seen when $situation: $because', ({ rule, weak }) => {
    const findings = seen(weak, rule);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ fix, means }) => (fix ?? '') === '' || (means ?? '') === '')).toEqual([]);
  });

  it.each(CASES)('$rule is no more seen after its fix when $situation', ({ rule, weak, mended }) => {
    const fixes = seen(weak, rule).map(({ fix = '' }) => fix);
    if (mended === undefined) expect(fixes.filter((fix) => !hasCommand(fix))).toEqual([]);
    const after = mended ?? fixes.reduce(carryOut, weak);
    expect(seen(after, rule)).toEqual([]);
  });

  it('is told in these words', () => {
    const blocks = CASES.map(({ rule, situation, weak }) => {
      const text = renderText({ address: ADDRESS, mount: 'forgejo', namespace: null }, seen(weak, rule));
      return `# ${situation}\n${text.split('\n').slice(2, -3).join('\n')}\n`;
    });
    const text = blocks.join('\n');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});

describe('the fixes of a mount with many faults', () => {
  it('leave nothing that a command can mend when they are carried out in their order', () => {
    const before = judge(estateOf(WEAK));
    const after = judge(estateOf(before.reduce((world, { fix = '' }) => carryOut(world, fix), WEAK)));
    expect(before.length).toBeGreaterThan(10);
    expect(after.map(({ check }) => check)).toEqual(['entity-policies', 'revoke-not-granted']);
  });
});

describe('a sound mount', () => {
  it.each(SOUND)('comes out clean: $situation, $because', ({ world }) => {
    expect(judge(estateOf(world))).toEqual([]);
  });
});

describe('the rules', () => {
  const ids = BAO_RULES.map(({ id }) => id);

  it('have ids of their own', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  it('each have a case in which they are broken', () => {
    expect(new Set(CASES.map(({ rule }) => rule))).toEqual(new Set(ids));
  });

  it('each stand in the chapter, with their level', () => {
    const chapter = readFileSync(join(import.meta.dirname, '../../../../docs/doctor-openbao.md'), 'utf8');
    const rows = [...chapter.matchAll(/^\| `([a-z-]+)` \| (warn|fail) \|/gm)].map(([, id, level]) => `${id} ${level}`);
    expect(rows.filter((row) => !/^(read|config-missing|role-missing|roles-none)/.test(row))).toEqual(
      BAO_RULES.map(({ id, level }) => `${id} ${level}`),
    );
  });
});

describe('a command of a fix', () => {
  it('reaches bao as it was meant, whatever stands in a role', () => {
    const role = { "it's": withRole({}, { workflow: 'a\'b $(touch x) `id` "c"' }).roles['harbor-app'] ?? {} };
    const estate = estateOf({ ...withRole({}), roles: role });
    const [first] = estate.roles;
    if (first === undefined) throw new Error('no role');
    const command = fixText(estate, bindClaims(first, { base_ref: '' }), []);
    const said = execFileSync('sh', ['-c', `bao() { printf '%s\\n' "$2"; cat; }\n${command}`], { encoding: 'utf8' });
    const [path, body = ''] = said.trim().split('\n');
    expect(path).toBe("auth/forgejo/role/it's");
    expect(JSON.parse(body)).toMatchObject({ bound_claims: { workflow: 'a\'b $(touch x) `id` "c"', base_ref: '' } });
  });
});
