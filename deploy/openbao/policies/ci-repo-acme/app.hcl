# Secrets of its own: what a stricter role guards must not stand here, for this role asks for no workflow.
# The role of the organization adds this policy for acme/app alone: its name is made from the token's own claim.
path "kv/data/ci-repo/acme/app/registry" {
  capabilities = ["read"]
}
