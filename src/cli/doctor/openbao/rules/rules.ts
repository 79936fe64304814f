/** All rules, in the order in which a person would look: keys, who gets in, what he gets. */
import type { Rule } from '../rule.ts';
import { AUDIENCE_RULES } from './audience-rules.ts';
import { BINDING_RULES } from './binding-rules.ts';
import { CEL_RULES } from './cel-rules.ts';
import { GLOB_RULES } from './glob-rules.ts';
import { IDENTITY_RULES } from './identity-rules.ts';
import { MOUNT_RULES } from './mount-rules.ts';
import { POLICY_RULES } from './policy-rules.ts';
import { TEMPLATE_RULES } from './template-rules.ts';
import { TOKEN_RULES } from './token-rules.ts';

export const BAO_RULES: readonly Rule[] = [
  ...MOUNT_RULES,
  ...AUDIENCE_RULES,
  ...BINDING_RULES,
  ...GLOB_RULES,
  ...TOKEN_RULES,
  ...IDENTITY_RULES,
  ...POLICY_RULES,
  ...TEMPLATE_RULES,
  ...CEL_RULES,
];
