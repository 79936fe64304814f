/** What is sent in clear, and where nobody can listen. */

export function isPlainHttp(url: string): boolean {
  return url.startsWith('http://');
}

export function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
