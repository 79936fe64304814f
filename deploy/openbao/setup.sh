#!/bin/sh
# Makes an OpenBao know Forgejo's workflows, from the files beside this script or in a copy of them: the mount, its configuration
# (mount/), policies (policies/NAME.hcl) and roles (roles/NAME.json). Every run leads to the same state; nothing is deleted.
#
#   setup.sh [-h] [-m MOUNT] [-c CONFIGURATION] [DIRECTORY]
#
#   -m  path of the mount, default forgejo
#   -c  which way to Forgejo's keys, a file of DIRECTORY or of where you are; default mount/discovery.json
#   -h  says this
#
# `bao` takes address, token and namespace from BAO_ADDR, BAO_TOKEN and BAO_NAMESPACE as ever; BAO_BIN names another `bao`.
set -eu
export LC_ALL=C

die() {
  printf 'setup.sh: %s\n' "$*" >&2
  exit 1
}

usage='usage: setup.sh [-h] [-m MOUNT] [-c CONFIGURATION] [DIRECTORY]
  -m  path of the mount, default forgejo
  -c  which way to Forgejo'"'"'s keys, a file of DIRECTORY or of where you are; default mount/discovery.json, the others are
      mount/jwks.json and mount/keys.json
  -h  this
  DIRECTORY  has mount/, policies/ and roles/; default that of setup.sh
bao takes address, token and namespace from BAO_ADDR, BAO_TOKEN and BAO_NAMESPACE; BAO_BIN names another bao.'

# What was called wrongly ends with 2, what went wrong with 1.
misused() {
  printf 'setup.sh: %s\n%s\n' "$1" "$usage" >&2
  exit 2
}

mount=forgejo
config=
[ "${1:-}" != --help ] || set -- -h
while getopts :hm:c: option; do
  case $option in
    h)
      printf '%s\n' "$usage"
      exit 0
      ;;
    m) mount=$OPTARG ;;
    c) config=$OPTARG ;;
    :) misused "-$OPTARG needs a value" ;;
    *) misused "no option -$OPTARG: allowed are -h, -m and -c" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || misused "one DIRECTORY at most, not $#"
case $mount in
  '' | /* | */ | *//* | *..* | *[!A-Za-z0-9_./-]*) misused '-m must be a path such as forgejo or ci/forgejo: letters, digits, . _ - and / between them' ;;
esac
directory=${1:-$(dirname "$0")}
config=${config:-mount/discovery.json}
# Policies and roles are DIRECTORY's, so its configuration comes before one of the same name where the caller stands.
case $config in
  /*) ;;
  *) if [ -f "$directory/$config" ] || [ ! -f "$config" ]; then config=$directory/$config; fi ;;
esac
bao=${BAO_BIN:-bao}

command -v "$bao" > /dev/null || die "no bao: put it on PATH, or name it with BAO_BIN"
[ -f "$config" ] || die "no file $config"
if [ ! -d "$directory/policies" ] || [ ! -d "$directory/roles" ]; then die "$directory has no policies and roles"; fi

# The text of a field of the configuration, or nothing.
field() {
  tr -d '\r\n' < "$config" | sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\([^\"]*\)\".*/\1/p"
}

# Whether the configuration holds public keys of its own.
has_keys() {
  tr -d '\r\n' < "$config" | grep -q '"jwt_validation_pubkeys"[[:space:]]*:[[:space:]]*\[*[[:space:]]*"[^"]'
}

# in_clear URL: whether it is neither https nor of the loopback address. Whoever stands between OpenBao and such an address could answer
# with keys of his own. The host is compared to the letter: 127.0.0.1.example.org is somebody else's.
in_clear() {
  case $1 in
    '' | https://*) return 1 ;;
    http://*) ;;
    *) return 0 ;;
  esac
  host=${1#http://}
  host=${host%%/*}
  case $host in
    *@*) return 0 ;;
    '['*']'*) host=${host%%]*}] ;;
    *) host=${host%%:*} ;;
  esac
  case $host in
    localhost | '[::1]') return 1 ;;
    127.*[!0-9.]*) ;;
    127.*) return 1 ;;
  esac
}

# OpenBao takes the first three without a word, and one of them lets in whom Forgejo logs in as a user. Keys that somebody on the way could
# change it takes as well, and what has no keys it refuses only when the mount is there.
check_config() {
  issuer=$(field bound_issuer)
  discovery=$(field oidc_discovery_url)
  keys=$(field jwks_url)
  case $issuer in
    */api/actions) ;;
    *) die "$config: bound_issuer must be ROOT_URL of Forgejo without its last slash, and /api/actions" ;;
  esac
  case $discovery in
    '' | "$issuer") ;;
    *) die "$config: oidc_discovery_url must equal bound_issuer; is OpenBao to use another address, take jwks_url" ;;
  esac
  case $keys in
    '' | */api/actions/.well-known/keys) ;;
    *) die "$config: jwks_url must end in /api/actions/.well-known/keys" ;;
  esac
  if in_clear "$keys"; then die "$config: jwks_url must begin with https://, unless its host is the loopback address; else take mount/keys.json"; fi
  if [ -z "$discovery$keys" ] && ! has_keys; then
    die "$config: needs oidc_discovery_url, jwks_url or jwt_validation_pubkeys"
  fi
}

# Its type, or nothing when there is no such mount or it may not be seen.
mount_type() {
  "$bao" read -field=type "sys/auth/$mount" 2> /dev/null || true
}

enable_mount() {
  case $(mount_type) in
    jwt) ;;
    '') "$bao" auth enable -path="$mount" -description='Forgejo Actions' jwt ;;
    *) die "the mount $mount is there and has another type than jwt" ;;
  esac
}

write_policies() {
  find "$directory/policies" -name '*.hcl' | sort | while IFS= read -r file; do
    name=${file#"$directory/policies/"}
    "$bao" policy write "${name%.hcl}" "$file" || exit 1
  done
}

# A role is changed field by field: what a file does not name stays as it was. That is why the files name all that could open a door.
write_roles() {
  for file in "$directory"/roles/*.json; do
    name=${file##*/}
    "$bao" write "auth/$mount/role/${name%.json}" "@$file"
  done
}

check_config
enable_mount
"$bao" write "auth/$mount/config" "@$config"
write_policies
write_roles
