terraform {
  required_version = ">= 1.6"

  required_providers {
    # OpenBao is spoken to by Vault's provider; address and token come from VAULT_ADDR and VAULT_TOKEN.
    vault = {
      source  = "hashicorp/vault"
      version = ">= 4.0, < 6.0"
    }
  }
}
