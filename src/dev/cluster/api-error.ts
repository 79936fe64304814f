/** A refusal of the embedded API server, with the status and text that the real one gives. */
export class ApiError extends Error {
  readonly status: 403 | 404 | 409 | 422;

  constructor(status: ApiError['status'], message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

export function isApiError(error: unknown, status?: ApiError['status']): error is ApiError {
  return error instanceof ApiError && (status === undefined || error.status === status);
}
