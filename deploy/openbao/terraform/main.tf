# The same as setup.sh does, from the same files.
module "values" {
  source        = "./values"
  directory     = coalesce(var.directory, "${path.module}/..")
  configuration = var.configuration
}

resource "vault_auth_backend" "forgejo" {
  type        = "jwt"
  path        = var.mount
  description = "Forgejo Actions"
}

# The provider's own resource for a jwt mount does not know every field of OpenBao; the generic one sends the file as it is. It compares
# only what it is told: values/ names what could open a door, also where it is empty.
resource "vault_generic_endpoint" "config" {
  path                 = "auth/${vault_auth_backend.forgejo.path}/config"
  data_json            = module.values.config
  ignore_absent_fields = true
  disable_delete       = true
}

resource "vault_policy" "ci" {
  for_each = module.values.policies

  name   = each.key
  policy = each.value
}

# After the policies, so that no role gives a policy that is not there yet.
resource "vault_generic_endpoint" "role" {
  for_each = module.values.roles

  path                 = "auth/${vault_auth_backend.forgejo.path}/role/${each.key}"
  data_json            = each.value
  ignore_absent_fields = true

  depends_on = [vault_generic_endpoint.config, vault_policy.ci]
}
