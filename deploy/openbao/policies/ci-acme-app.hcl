# What the workflow of acme/app on its main branch may read, by full paths.
path "kv/data/ci/acme/app/harbor" {
  capabilities = ["read"]
}

path "kv/data/ci/acme/app/signing" {
  capabilities = ["read"]
}

# Without the default policy a token can not even end itself.
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
