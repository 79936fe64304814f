/** Property tests draw the same cases in every run; FAST_CHECK_SEED=… draws others, and a failure prints its seed. */
import fc from 'fast-check';
import { afterAll } from 'vitest';
import { removeTemporaryDirectories } from './temporary-directory.ts';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['FAST_CHECK_SEED'] ?? 20261124) });

afterAll(removeTemporaryDirectories);
