# What the main branch of every repository of the organization may read: whoever may make a repository there reads it too.
path "kv/data/ci-shared/acme/harbor-read" {
  capabilities = ["read"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
