/** Whether a value stands there as it is: no `$(NAME)`, `${NAME}` or `{{ template }}` that something else fills in, and not empty. */
export function isLiteral(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/[${}]/.test(value);
}
