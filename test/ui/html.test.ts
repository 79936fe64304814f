import { describe, expect, it } from 'vitest';
import { html, textOf } from '../../src/ui/html.ts';

describe('a value in markup', () => {
  it.each([
    { value: '<script>alert(1)</script>', text: '&lt;script&gt;alert(1)&lt;/script&gt;', because: 'it begins no element' },
    { value: '" onfocus="alert(1)', text: '&quot; onfocus=&quot;alert(1)', because: 'it ends no attribute' },
    { value: "' x='", text: '&#39; x=&#39;', because: 'the other quote ends none either' },
    { value: '&lt;', text: '&amp;lt;', because: 'it is shown as it was written' },
    { value: 7, text: '7', because: 'numbers need none' },
    { value: null, text: '', because: 'null is nothing' },
  ])('$value becomes $text: $because', ({ value, text }) => {
    expect(textOf(html`<p title="${value}">${value}</p>`)).toBe(`<p title="${text}">${text}</p>`);
  });

  it('that is markup itself stays as it is, also in lists', () => {
    const rows = ['a', '<b>'].map((each) => html`<li>${each}</li>`);
    expect(textOf(html`<ul>${rows}</ul>`)).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  });

  it('with a backslash stays as it is', () => {
    expect(textOf(html`<p>${'\\n \\u0041'}</p>`)).toBe('<p>\\n \\u0041</p>');
  });
});
