# A pull request brings its own workflow: only what every writer of the repository may know.
path "kv/data/ci/acme/app/pull-request" {
  capabilities = ["read"]
}

path "auth/token/revoke-self" {
  capabilities = ["update"]
}
