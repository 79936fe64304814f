# What is written, without a provider: the files as setup.sh finds them.
variable "directory" {
  description = "Where mount/, policies/ and roles/ are."
  type        = string
  default     = "../.."
}

variable "configuration" {
  description = "Name of a file of mount/."
  type        = string
  default     = "discovery"
}

locals {
  # A write by setup.sh resets what the file leaves out. The provider compares only what it is told, so it is told that too: a default
  # role, or a CA, that somebody has set by hand is a difference.
  config = merge(
    { default_role = "", oidc_discovery_ca_pem = "", jwks_ca_pem = "" },
    jsondecode(file("${var.directory}/mount/${var.configuration}.json")),
  )
  jwks_url = lookup(local.config, "jwks_url", "")
}

output "config" {
  description = "JSON."
  value       = jsonencode(local.config)

  # OpenBao takes these without a word; the first lets in whom Forgejo logs in as a user.
  precondition {
    condition     = endswith(local.config.bound_issuer, "/api/actions")
    error_message = "bound_issuer must be ROOT_URL of Forgejo without its last slash, and /api/actions."
  }
  precondition {
    condition     = coalesce(lookup(local.config, "oidc_discovery_url", null), local.config.bound_issuer) == local.config.bound_issuer
    error_message = "oidc_discovery_url must equal bound_issuer."
  }
  precondition {
    condition     = endswith(coalesce(lookup(local.config, "jwks_url", null), "/api/actions/.well-known/keys"), "/api/actions/.well-known/keys")
    error_message = "jwks_url must end in /api/actions/.well-known/keys."
  }
  precondition {
    condition     = contains(["", "https://"], substr(local.jwks_url, 0, 8)) || can(regex("^http://(localhost|127[0-9.]*|\\[::1\\])(:[0-9]+)?/", local.jwks_url))
    error_message = "jwks_url must begin with https://, unless its host is the loopback address; else take keys.json."
  }
  precondition {
    condition     = anytrue([for source in ["oidc_discovery_url", "jwks_url", "jwt_validation_pubkeys"] : length(lookup(local.config, source, "")) > 0])
    error_message = "Needs oidc_discovery_url, jwks_url or jwt_validation_pubkeys."
  }
}

output "policies" {
  description = "HCL by name."
  value = {
    for path in fileset(var.directory, "policies/**/*.hcl") :
    trimsuffix(trimprefix(path, "policies/"), ".hcl") => file("${var.directory}/${path}")
  }
}

output "roles" {
  description = "JSON by name."
  value = {
    for path in fileset(var.directory, "roles/*.json") :
    trimsuffix(basename(path), ".json") => jsonencode(jsondecode(file("${var.directory}/${path}")))
  }
}
