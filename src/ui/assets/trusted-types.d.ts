/** Of W3C Trusted Types what the script uses: TypeScript's own types do not have them. A policy's markup passes for a string. */
interface Window {
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string };
  };
}
