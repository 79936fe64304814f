/** What a browser may do with the page: nothing but show it, with our own style and script. */

export const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text becomes markup in one place of the script, which takes it from this server alone.
    "require-trusted-types-for 'script'",
    'trusted-types ui',
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** What is seen now is not worth keeping, and nobody else's to keep. */
export const NOT_KEPT = { 'cache-control': 'no-store' } as const;
