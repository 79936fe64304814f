import { expect, it } from 'vitest';
import { isTimeZone, parseCron } from '../../src/api/cron.ts';

it('what was parsed once is not parsed again, and what is no cron neither', () => {
  expect(parseCron('0 8 * * MON-FRI', 'Europe/Berlin')).toBe(parseCron('0 8 * * MON-FRI', 'Europe/Berlin'));
  expect(parseCron('0 8 * * MON-FRI', 'UTC')).not.toBe(parseCron('0 8 * * MON-FRI', 'Europe/Berlin'));
  expect(parseCron('0 8 30 2 *', 'UTC')).toBeNull();
  expect(parseCron('0 8 * * *', 'Mars/Olympus')).toBeNull();
});

it('what was parsed is forgotten before it fills the memory', () => {
  const first = parseCron('1 2 3 4 *', 'UTC');
  for (let index = 0; index < 5000; index += 1) parseCron(`${index % 60} ${Math.floor(index / 60) % 24} ${1 + (index % 28)} * *`, 'UTC');
  expect(parseCron('1 2 3 4 *', 'UTC')).not.toBe(first);
});

it('zones are names of the IANA database', () => {
  expect(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+1'].filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(['Mars/Olympus', '+01:00', '-05', 'Berlin', ''].filter(isTimeZone)).toEqual([]);
  for (let index = 0; index < 5000; index += 1) isTimeZone(`Mars/${index}`);
  expect(isTimeZone('UTC')).toBe(true);
});
