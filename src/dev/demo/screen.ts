/** Where the demo is shown: drawn in place on a terminal, plain lines elsewhere. */
export interface Screen {
  /** The state of the world: repeated states are not repeated. */
  draw(table: () => readonly string[], line: () => string): void;
  say(text: string): void;
}

const CLEAR_TO_END = '\u001b[0J';

export function createScreen(out: { readonly isTTY?: boolean; write(text: string): unknown }): Screen {
  let drawn = 0;
  let last = '';
  const up = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\r`);
  return {
    draw(table, line) {
      if (out.isTTY !== true) {
        const text = line();
        if (text !== last) out.write(`${text}\n`);
        last = text;
        return;
      }
      const lines = table();
      out.write(`${up()}${CLEAR_TO_END}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    say(text) {
      out.write(`${text}\n`);
      drawn = 0;
    },
  };
}
