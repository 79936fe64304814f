/** The body of a POST of a runner, with the binding errors of the real server (recordings/forgejo/runners-*.jsonl). */
export interface RunnerForm {
  readonly name: string;
  readonly description: string;
  readonly ephemeral: boolean;
}

export type FormResult = { readonly kind: 'form'; readonly form: RunnerForm } | { readonly kind: 'invalid'; readonly message: string };

/** Names are cut to this many bytes of UTF-8, ellipsis included. */
const MAX_NAME_BYTES = 255;
const ELLIPSIS = '…';

export function decodeRunnerForm(contentType: string | undefined, body: string): FormResult {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  switch (type) {
    case '':
      return invalid('[]: Empty Content-Type');
    case 'application/x-www-form-urlencoded':
      return fromForm(new URLSearchParams(body));
    case 'application/json':
      return fromJson(body);
    default:
      return invalid('[]: Unsupported Content-Type');
  }
}

function fromForm(form: URLSearchParams): FormResult {
  const ephemeral = ['true', '1', 'on'].includes(form.get('ephemeral') ?? '');
  return finish({ name: form.get('name') ?? '', description: form.get('description') ?? '', ephemeral });
}

function fromJson(body: string): FormResult {
  if (body.trim() === '') return finish({ name: '', description: '', ephemeral: false });
  const value = parse(body);
  if (value === undefined) return invalid(`[]: invalid character '${body.trim().charAt(0)}' looking for beginning of value`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid(`[]: json: cannot unmarshal ${goKind(value)} into Go value of type structs.RegisterRunnerOptions`);
  }
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { name = '', description = '', ephemeral = false } = fields;
  if (typeof name !== 'string') return wrongType(name, 'Name', 'string');
  if (typeof description !== 'string') return wrongType(description, 'Description', 'string');
  if (typeof ephemeral === 'string') return invalid('[]: json: bool unexpected end of JSON input');
  if (typeof ephemeral !== 'boolean') return wrongType(ephemeral, 'Ephemeral', 'bool');
  return finish({ name, description, ephemeral });
}

function finish(form: RunnerForm): FormResult {
  if (form.name === '') return invalid('[Name]: Required');
  return { kind: 'form', form: { ...form, name: cut(form.name) } };
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) + Buffer.byteLength(ELLIPSIS) > MAX_NAME_BYTES) break;
    kept += character;
  }
  return kept + ELLIPSIS;
}

function wrongType(value: unknown, field: string, wanted: string): FormResult {
  return invalid(`[]: json: cannot unmarshal ${goKind(value)} into Go struct field RegisterRunnerOptions.${field} of type ${wanted}`);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): FormResult {
  return { kind: 'invalid', message };
}
