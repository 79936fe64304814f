/** Why the service can't start, for whoever configured it: one line that names the variable, in place of a stack. */
import { FileError } from './follow-files.ts';

export class StartError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'StartError';
  }
}

/** As `step`, but what `problemOf` has a line for is thrown as a StartError; it gives null for what the configuration did not cause. */
export async function explained<T>(step: Promise<T>, problemOf: (error: unknown) => string | null): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const problem = problemOf(error);
    throw problem === null ? error : new StartError(problem);
  }
}

/** What is no problem of a file is one of the pair; OpenSSL's code tells which, and quotes neither of them. */
export function tlsProblem(tls: { readonly certFile: string } | null, error: unknown): string | null {
  if (tls === null) return null;
  if (error instanceof FileError) return `${error.path === tls.certFile ? 'TLS_CERT_FILE' : 'TLS_KEY_FILE'}: ${error.message}`;
  return `TLS_CERT_FILE, TLS_KEY_FILE: no usable certificate and key (${codeOf(error)})`;
}

/** What is in the file never comes with it: a bad row of the list is named by its line. */
export function fileProblem(variable: string, error: unknown): string | null {
  return error instanceof FileError || error instanceof RangeError ? `${variable}: ${error.message}` : null;
}

export function portProblem(variable: 'PORT' | 'METRICS_PORT', port: number, error: unknown): string | null {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return `${variable}: ${port} is in use`;
  if (code === 'EACCES') return `${variable}: ${port} is not allowed to this user`;
  return code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? `HOST: there is no such address here (${code})` : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'not in PEM';
}
