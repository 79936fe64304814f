import { expect, test } from 'vitest';
import { once, onceWith } from '../../src/hooks/once.ts';

function counted(): { readonly made: string[]; make(object: { readonly name: string }, text?: string): { readonly name: string } } {
  const made: string[] = [];
  return {
    made,
    make({ name }, text = '') {
      made.push(name + text);
      return { name };
    },
  };
}

test('a frozen object is decoded once, and the same value comes back', () => {
  const { made, make } = counted();
  const decode = once((object: { readonly name: string }) => make(object));
  const object = Object.freeze({ name: 'a' });
  expect(decode(object)).toBe(decode(object));
  expect(made).toEqual(['a']);
});

test('an object that may still change is decoded each time', () => {
  const { made, make } = counted();
  const decode = once((object: { readonly name: string }) => make(object));
  const object = { name: 'a' };
  decode(object);
  object.name = 'b';
  expect(decode(object)).toEqual({ name: 'b' });
  expect(made).toEqual(['a', 'b']);
});

test('a frozen object that is decoded for another pool is decoded anew', () => {
  const { made, make } = counted();
  const decode = onceWith(make);
  const object = Object.freeze({ name: 'a' });
  decode(object, '1');
  decode(object, '1');
  decode(object, '2');
  expect(made).toEqual(['a1', 'a2']);
  const open = { name: 'b' };
  decode(open, '1');
  decode(open, '1');
  expect(made).toEqual(['a1', 'a2', 'b1', 'b1']);
});
