#!/usr/bin/env node
/** `forgejo-runner-operator` in the image, `npm run -s cli --` in a checkout: the only file of the CLI that knows the process. */
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { runCli } from './run.ts';

// A pager or `head` that has read enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  readStdin: async () => (process.stdin.isTTY ? null : text(process.stdin)),
  print: (said) => void process.stdout.write(said),
  note: (said) => void process.stderr.write(said),
  now: Date.now,
});
