/** The alerts: that Prometheus knows what they ask for, that a page helps with each, and that each was seen firing and silent. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS, CONDITION_TYPES } from '../../src/api/conditions.ts';
import { CAUSE_REASONS } from '../../src/pool/cause.ts';
import { readText } from './support/manifests.ts';
import { knownSeries } from './support/meters.ts';
import { readAlerts, readGroups, readRuleTests, unknownIn } from './support/monitoring.ts';
import { readPromql } from './support/promql.ts';

const alerts = readAlerts();
const tests = readRuleTests();
const known = knownSeries();
const RUNBOOKS = 'docs/runbooks';
/** What a Pod waits for, and an event of Metacontroller. */
const OF_KUBERNETES: ReadonlySet<string> = new Set([
  'ContainerCreating',
  'ImagePullBackOff',
  'ErrImagePull',
  'CreateContainerConfigError',
  'SyncError',
]);

describe('every alert', () => {
  it.each(alerts)('asks only for series and labels that a scrape has: $alert', ({ expr }) => {
    const reading = readPromql(expr);
    expect(reading.errors).toEqual([]);
    expect(reading.selected.length).toBeGreaterThan(0);
    expect(unknownIn(reading, known)).toEqual([]);
  });

  it.each(alerts)('names conditions and reasons that there are: $alert', ({ expr }) => {
    const words = [...expr.matchAll(/\b(type|reason)=~?"([^"]+)"/g)].flatMap(([, label, value = '']) =>
      value.split('|').map((word) => ({ label, word })),
    );
    for (const { label, word } of words) expect(label === 'type' ? CONDITION_TYPES : CONDITION_REASONS).toHaveProperty(word);
  });

  it.each(alerts)('says how bad it is, since when, of what and where to read on: $alert', ({ alert, labels, annotations, for: since }) => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(since).toMatch(/^\d+[mhd]$/);
    expect(annotations.summary).toMatch(/^\w.+\.$/);
    expect(annotations.runbook_url).toBe(`${RUNBOOKS}/${alert}.md`);
    const pool = alert.startsWith('RunnerPool');
    for (const text of [annotations.summary, annotations.description]) {
      expect(text.includes('{{ $labels.namespace }}') && text.includes('{{ $labels.pool }}')).toBe(pool);
    }
  });

  it.each(alerts)('is tested where it fires and where it is silent: $alert', ({ alert }) => {
    const expected = tests.flatMap((test) => test.alert_rule_test).filter(({ alertname }) => alertname === alert);
    expect(expected.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
    // In a world with series: without any nearly every alert is silent.
    const silent = tests.filter(
      ({ input_series: series, alert_rule_test: rows }) =>
        series.length > 0 && rows.some((row) => row.alertname === alert && row.exp_alerts.length === 0),
    );
    expect(silent.length).toBeGreaterThan(0);
  });

  it('has a name of its own, in a group of its kind', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    expect(
      readGroups().map(({ name, rules }) => [name, new Set(rules.map(({ alert }) => alert.replace(/(Operator|Pool).*/, '$1')))]),
    ).toEqual([
      ['forgejo-runner-operator.service', new Set(['ForgejoRunnerOperator'])],
      ['forgejo-runner-operator.pools', new Set(['RunnerPool'])],
    ]);
  });
});

describe('the tests of the alerts', () => {
  it.each(tests)('feed series that a scrape has: $name', ({ input_series: inputs }) => {
    expect(inputs.flatMap(({ series }) => unknownIn(readPromql(series), known))).toEqual([]);
  });

  it('are of alerts that there are', () => {
    const tested = new Set(tests.flatMap(({ alert_rule_test: rows }) => rows.map(({ alertname }) => alertname)));
    expect([...tested].toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });
});

describe('what would be found', () => {
  it.each([
    { expr: 'runnerpool_waiting > 0', found: ['runnerpool_waiting'], because: 'no meter has this name' },
    { expr: 'runnerpool_ready{name="a"} == 0', found: ['name'], because: 'the label is called pool' },
    { expr: 'sum by (phase) (runnerpool_ready)', found: ['phase'], because: 'only runnerpool_runners has phases' },
    { expr: 'rate(runnerpool_job_pickup_delay_seconds[5m])', found: ['runnerpool_job_pickup_delay_seconds'], because: 'it is a histogram' },
  ])('$expr: $because', ({ expr, found }) => {
    expect(unknownIn(readPromql(expr), known)).toEqual(found);
  });

  it('an expression that is no PromQL', () => {
    expect(readPromql('sum(rate(runnerpool_ready[5m])').errors).not.toEqual([]);
  });
});

describe('the runbooks', () => {
  const texts = alerts.map(({ alert }) => readText(`${RUNBOOKS}/${alert}.md`)).join('\n');
  const pages = readdirSync(new URL(`../../${RUNBOOKS}`, import.meta.url)).filter((name) => name !== 'README.md');

  it('are one page for each alert, and no other', () => {
    expect(pages.toSorted()).toEqual(alerts.map(({ alert }) => `${alert}.md`).toSorted());
  });

  it.each(alerts)('say what it means, how to look and what to do: $alert', ({ alert }) => {
    const page = readText(`${RUNBOOKS}/${alert}.md`);
    expect(page.split('\n')[0]).toBe(`# ${alert}`);
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(['What it means', 'Look', 'Do']);
    expect(page).toMatch(/^```sh$/m);
  });

  it.each(alerts)('tell how bad it is as the alert does: $alert', ({ alert, labels, for: since }) => {
    expect(readText(`${RUNBOOKS}/${alert}.md`)).toContain(`Severity \`${labels.severity}\`, after \`${since}\`.`);
  });

  it('name only meters that there are', () => {
    const meters = [...texts.matchAll(/\b(?:runnerpool|forgejo_runner_operator)_[a-z_]+\b/g)].map(([name]) => name);
    expect(meters.length).toBeGreaterThan(0);
    expect(meters.filter((name) => !known.has(name) && !known.has(`${name}_bucket`))).toEqual([]);
  });

  it('name only conditions, reasons and causes that there are', () => {
    const ours = new Set<string>([...Object.keys(CONDITION_TYPES), ...Object.keys(CONDITION_REASONS), ...CAUSE_REASONS, 'NoTask']);
    const words = [...texts.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[^A-Za-z]+/));
    const named = words.filter((word) => /^[A-Z][a-z]+[A-Z][A-Za-z]+$/.test(word) && !OF_KUBERNETES.has(word));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((word) => !ours.has(word))).toEqual([]);
  });

  it('ask every replica for its log, for one works and nobody knows which', () => {
    const asked = [...texts.matchAll(/^kubectl -n (?:metacontroller|forgejo-runner-operator) logs (.*)$/gm)].map(([, rest = '']) => rest);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((rest) => !/^-l app\.kubernetes\.io\/name=\S+ .*--tail=/.test(rest))).toEqual([]);
  });

  it('tell of each cause of death what to do', () => {
    const page = readText(`${RUNBOOKS}/RunnerPoolRunnersFailing.md`);
    expect(CAUSE_REASONS.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
  });

  it('are listed as the alerts are', () => {
    const rows = [...readText(`${RUNBOOKS}/README.md`).matchAll(/^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \| (\w+) \|$/gm)];
    expect(rows.map(([, ...cells]) => cells)).toEqual(
      alerts.map(({ alert, labels, for: since }) => [alert, alert, labels.severity, since]),
    );
  });
});
