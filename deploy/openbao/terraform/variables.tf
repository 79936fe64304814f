variable "mount" {
  description = "Path of the mount."
  type        = string
  default     = "forgejo"
}

variable "directory" {
  description = "Where mount/, policies/ and roles/ are: the files of this repository, or a copy with your names."
  type        = string
  default     = null
}

variable "configuration" {
  description = "Which way to Forgejo's keys: discovery, jwks or keys."
  type        = string
  default     = "discovery"

  validation {
    condition     = contains(["discovery", "jwks", "keys"], var.configuration)
    error_message = "Must be discovery, jwks or keys."
  }
}
