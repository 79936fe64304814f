import { fetch } from 'undici';
import type { HookCall } from './hook-caller.ts';

/** Calls a webhook over HTTP, with the headers that Metacontroller sends. `baseUrl`: for example `http://127.0.0.1:8080`. */
export function httpHooks(baseUrl: string, bearerToken?: string): HookCall {
  return async (hook, body, signal) => {
    const response = await fetch(`${baseUrl}/${hook}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Go-http-client/1.1',
        ...(bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` }),
      },
      body: JSON.stringify(body),
      signal,
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
