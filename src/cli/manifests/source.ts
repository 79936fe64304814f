/** A text that was read, and which line of which file a place in it is. */
import { LineCounter } from 'yaml';

export interface Source {
  /** As the user named it, `/` between folders; `stdin` for stdin. */
  readonly file: string;
  readonly text: string;
}

/** A piece of a source that is read as one text: a whole script, the value of a key, the words of a command line. */
export interface Passage {
  readonly text: string;
  /** 1-based line in the file, of an offset into `text`. */
  readonly lineAt: (offset: number) => number;
}

/** `firstLine`: 1-based line in the file where the text begins. */
export function passageAt(text: string, firstLine: number): Passage {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return { text, lineAt: (offset) => firstLine - 1 + lines.linePos(offset).line };
}

/** Passages as words of one command line; a script among them keeps its lines to itself. */
export function joined(passages: readonly Passage[]): Passage {
  const starts: number[] = [];
  let text = '';
  for (const passage of passages) {
    if (starts.length > 0) text += text.includes('\n') || passage.text.includes('\n') ? '\n' : ' ';
    starts.push(text.length);
    text += passage.text;
  }
  return { text, lineAt };

  function lineAt(offset: number): number {
    const index = starts.findLastIndex((start) => start <= offset);
    return passages[index]?.lineAt(offset - (starts[index] ?? 0)) ?? 1;
  }
}
