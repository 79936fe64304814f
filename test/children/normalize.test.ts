import { expect, it } from 'vitest';
import { normalize } from '../../src/children/normalize.ts';

it.each([
  { given: { metadata: { creationTimestamp: null } }, normal: { metadata: {} }, because: 'null is absent' },
  { given: { args: [], env: [null] }, normal: {}, because: 'a list without entries is absent' },
  { given: { nodeSelector: {}, labels: { a: null } }, normal: {}, because: 'a map of strings without members is absent' },
  { given: { limits: {}, requests: { cpu: '1000m' } }, normal: { requests: { cpu: '1' } }, because: 'quantities are canonical' },
  { given: { emptyDir: { sizeLimit: '1024Mi' } }, normal: { emptyDir: { sizeLimit: '1Gi' } }, because: 'so is a size' },
  {
    given: { emptyDir: { sizeLimit: true } },
    normal: { emptyDir: { sizeLimit: true } },
    because: 'what is no quantity is left to the server',
  },
  { given: { limits: 'all' }, normal: { limits: 'all' }, because: 'what is no map is left to the server' },
  { given: { hostNetwork: false, readOnly: false }, normal: {}, because: 'false by value is absent' },
  { given: { hostUsers: false }, normal: { hostUsers: false }, because: 'false by pointer means something' },
  { given: { env: [{ name: 'A', value: '' }] }, normal: { env: [{ name: 'A' }] }, because: 'an empty variable is one without value' },
  {
    given: { tolerations: [{ key: '', operator: 'Exists', effect: '', value: '' }, { operator: '' }] },
    normal: { tolerations: [{ operator: 'Exists' }, {}] },
    because: 'a toleration of every taint names none',
  },
  {
    given: { resources: { requests: { cpu: 0.5, memory: '2048Mi', 'nvidia.com/gpu': 1 } } },
    normal: { resources: { requests: { cpu: '500m', memory: '2Gi', 'nvidia.com/gpu': '1' } } },
    because: 'numbers are quantities too',
  },
  {
    given: { httpHeaders: [{ name: 'A', value: '' }] },
    normal: { httpHeaders: [{ name: 'A', value: '' }] },
    because: 'a header has to have a value',
  },
  {
    given: { labels: { readOnly: '', value: '' } },
    normal: { labels: { readOnly: '', value: '' } },
    because: 'labels have names of their own',
  },
  { given: { emptyDir: {}, podSelector: {} }, normal: { emptyDir: {}, podSelector: {} }, because: 'an empty object can mean something' },
])('$given becomes $normal: $because', ({ given, normal }) => {
  expect(normalize(given)).toEqual(normal);
});
