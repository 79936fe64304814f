# The role of the organization adds this policy for acme/app alone: its name is made from the token's own claim.
path "kv/data/ci/acme/app/harbor" {
  capabilities = ["read"]
}
