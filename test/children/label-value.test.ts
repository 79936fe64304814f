import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotationValue, labelValue } from '../../src/children/label-value.ts';

/** As the API server checks them: apimachinery, `IsValidLabelValue`. */
const VALID_LABEL = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

describe('text of a user as the value of a label', () => {
  it.each([
    { text: 'build', value: 'build', because: 'it is one already' },
    { text: 'build (ubuntu, 1/3)', value: 'build-ubuntu-1-3', because: 'what a label can not hold becomes a dash' },
    { text: '__v1.2_', value: 'v1.2', because: 'it begins and ends with a letter or digit' },
    { text: `${'a'.repeat(62)} b`, value: 'a'.repeat(62), because: 'it is cut, and ends well also where it is cut' },
    { text: 'build"}}\n{{', value: 'build', because: 'quotes, braces and newlines are none of its characters' },
    { text: 'déploiement', value: 'd-ploiement', because: 'letters are those of ASCII' },
    { text: '', value: null, because: 'there is nothing' },
    { text: '🚀 …', value: null, because: 'nothing is left' },
  ])('of $text is $value: $because', ({ text, value }) => {
    expect(labelValue(text)).toBe(value);
  });

  it('is valid whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => VALID_LABEL.test(labelValue(text) ?? 'absent')));
  });
});

describe('text of a user in an annotation', () => {
  it.each([
    { text: 'Büild (1/3) 🚀', value: 'Büild (1/3) 🚀', because: 'it may be any text' },
    { text: ' a\u0000b\r\n\u001b[31mc ', value: 'a b [31mc', because: 'control characters steer terminals' },
    { text: 'a\ud800b', value: 'a\ufffdb', because: 'half a character is none, and the API server would write another' },
    { text: '🚀'.repeat(300), value: '🚀'.repeat(256), because: 'it is cut between characters' },
    { text: '\n', value: null, because: 'nothing is left' },
  ])('is $value: $because', ({ text, value }) => {
    expect(annotationValue(text)).toBe(value);
  });
});
