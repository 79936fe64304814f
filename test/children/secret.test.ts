import { expect, it } from 'vitest';
import { renderSecret } from '../../src/children/secret.ts';
import { assignedTags, pool } from './support/inputs.ts';

function decoded(token: string): Record<string, string> {
  const { data = {} } = renderSecret({ pool, tags: assignedTags(), token });
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

it('holds who the runner is and its token', () => {
  expect(decoded('not-a-real-token')).toEqual({ id: '42', uuid: '2f6f586d-7b8b-49b6-9837-8de42830ccb4', token: 'not-a-real-token' });
});

it('has no newline after the token, which the runner would refuse', () => {
  expect(decoded('not-a-real-token\n')).toMatchObject({ token: 'not-a-real-token' });
});

it('shows the token nowhere but in its data', () => {
  const { data: _, ...rest } = renderSecret({ pool, tags: assignedTags(), token: 'not-a-real-token' });
  expect(JSON.stringify(rest)).not.toContain('not-a-real-token');
});
