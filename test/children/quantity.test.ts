import { expect, it } from 'vitest';
import { canonicalQuantity } from '../../src/children/quantity.ts';

it.each([
  { given: '1000m', canonical: '1', because: 'no milli where a whole number does' },
  { given: '0.5', canonical: '500m', because: 'no fraction' },
  { given: '1.5', canonical: '1500m', because: 'no fraction' },
  { given: 1, canonical: '1', because: 'a quantity is a string' },
  { given: 0.25, canonical: '250m', because: 'a number in YAML may have a fraction' },
  { given: '1024Mi', canonical: '1Gi', because: 'the largest binary suffix' },
  { given: '1.5Gi', canonical: '1536Mi', because: 'the largest binary suffix without a fraction' },
  { given: '0.5Ki', canonical: '512', because: 'below 1024 there is no binary suffix' },
  { given: '1000M', canonical: '1G', because: 'the largest decimal suffix' },
  { given: '1500M', canonical: '1500M', because: '1.5G would have a fraction' },
  { given: '0Gi', canonical: '0', because: 'nothing has no suffix' },
  { given: '-2000m', canonical: '-2', because: 'a sign stays' },
  { given: '+2', canonical: '2', because: 'a plus goes' },
  { given: '512Mi', canonical: '512Mi', because: 'it is canonical' },
  { given: '1E', canonical: '1E', because: 'there is no larger suffix' },
  { given: '1000E', canonical: '1000E', because: 'there is no larger suffix' },
  { given: '1e3', canonical: '1e3', because: 'exponents are left to the server' },
  { given: '0.1n', canonical: '0.1n', because: 'finer than a quantity can be: the server rounds' },
  { given: '0.3Ki', canonical: '0.3Ki', because: 'no whole number of bytes: the server rounds' },
  { given: 'plenty', canonical: 'plenty', because: 'the server will refuse it by its own words' },
])('$given is written $canonical: $because', ({ given, canonical }) => {
  expect(canonicalQuantity(given)).toBe(canonical);
});
