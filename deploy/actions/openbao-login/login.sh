#!/bin/sh
# ID token -> login -> secrets -> masks -> environment, files, docker config -> token revoked. With inline authentication the ID token
# goes along with each read, and there is no login and no token. Everything is read before anything is handed out.
. "$(dirname "$0")/lib.sh"

kind=${1:-sh}
role=$(first "${INPUT_ROLE:-}" "${OPENBAO_ROLE:-}")
address=$(first "${INPUT_ADDRESS:-}" "${BAO_ADDR:-}")
audience=$(first "${INPUT_AUDIENCE:-}" "${OPENBAO_AUDIENCE:-}" openbao)
mount=$(first "${INPUT_MOUNT:-}" "${OPENBAO_MOUNT:-}" forgejo)
namespace=$(first "${INPUT_NAMESPACE:-}" "${BAO_NAMESPACE:-}")
ca=$(first "${INPUT_CA:-}" "${BAO_CACERT:-}")
inline=$(first "${INPUT_INLINE:-}" false)
keep=$(first "${INPUT_EXPORT_TOKEN:-}" false)
retries=$(first "${INPUT_RETRIES:-}" 2)
address=${address%/}
mount=${mount%/}

check_inputs() {
  for tool in curl jq; do
    command -v "$tool" > /dev/null || fail "this job has no $tool"
  done
  [ -n "$role" ] || fail 'role is missing: set the input, or OPENBAO_ROLE'
  case $address in
    http://* | https://*) ;;
    *) fail 'address must be the URL of OpenBao: set the input, or BAO_ADDR' ;;
  esac
  case $inline$keep in
    falsefalse | falsetrue | truefalse) ;;
    truetrue) fail 'export_token needs a login: inline makes no token' ;;
    *) fail 'inline and export_token must be true or false' ;;
  esac
  case $retries in
    '' | *[!0-9]*) fail 'retries must be a number' ;;
  esac
  if [ -n "$ca" ] && [ ! -r "$ca" ]; then fail "ca: this job has no readable file $ca"; fi
  if [ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] || [ -z "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}" ]; then
    fail 'this job gets no ID token: set enable-openid-connect: true in the workflow. A pull request from a fork never gets one'
  fi
}

# usable TEXT CHARACTERS: whether the text has only these, and no way up.
usable() {
  case $1 in
    *..* | /* | '' | *[!$2]*) return 1 ;;
  esac
}

# A line of `secrets` as `KIND PATH KEY TARGET`; `set -f` is on, so that a star stays a star.
plan_line() {
  number=$1
  shift
  case "$#:${2:-}:${3:-}:${4:-}" in
    5:*:'->':env | 5:*:'->':file) set -- "$4" "$1" "$2" "$5" ;;
    4:'->':docker:*) set -- docker "$1" username "$4" ;;
    *) fail "secrets, line $number: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY" ;;
  esac
  usable "$2" 'A-Za-z0-9._/@+~-' || fail "secrets, line $number: the path must be one of the API, like kv/data/ci/acme/app/harbor"
  usable "$3" 'A-Za-z0-9._-' || fail "secrets, line $number: the key may have letters, digits and . _ -"
  case $1 in
    env) if ! usable "$4" 'A-Za-z0-9_' || [ "${4#[0-9]}" != "$4" ]; then fail "secrets, line $number: no name of a variable"; fi ;;
    file) usable "$4" 'A-Za-z0-9._-' || fail "secrets, line $number: a file is a name without a folder" ;;
    docker) usable "$4" 'A-Za-z0-9.:/_-' || fail "secrets, line $number: no name of a registry" ;;
  esac
  printf '%s %s %s %s\n' "$@"
}

plan() {
  count=0
  set -f
  printf '%s\n' "${INPUT_SECRETS:-}" | tr -d '\r' > "$work/secrets"
  while IFS= read -r line; do
    count=$((count + 1))
    # shellcheck disable=SC2086 # words are wanted
    set -- $line
    if [ "$#" -gt 0 ]; then plan_line "$count" "$@"; fi
  done < "$work/secrets" > "$work/plan"
  set +f
  if [ ! -s "$work/plan" ] && [ "$keep" = false ]; then fail 'secrets names nothing to read'; fi
}

get_id_token() {
  printf 'Authorization: Bearer %s\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" > "$work/forgejo.header"
  status=$(request idtoken -G --data-urlencode "audience=$audience" -H "@$work/forgejo.header" "$ACTIONS_ID_TOKEN_REQUEST_URL")
  if [ "$status" = 000 ]; then fail "ID token: $(words idtoken)"; fi
  # Forgejo answers a refusal with a line of text.
  [ "$status" = 200 ] || fail "ID token: HTTP $status $(tr -cd '[:print:]' < "$work/idtoken.body" | cut -c 1-200)"
  jq -ej '.value' "$work/idtoken.body" > "$work/jwt" 2> /dev/null || fail 'ID token: Forgejo answered without one'
  mask "$work/jwt"
}

log_in() {
  jq -n --arg role "$role" --rawfile jwt "$work/jwt" '{$role, $jwt}' > "$work/login.json"
  status=$(openbao login POST "auth/$mount/login" -H 'Content-Type: application/json' --data-binary "@$work/login.json")
  [ "$status" = 200 ] || fail "login as $role: HTTP $status $(words login)"
  jq -ej '.auth.client_token' "$work/login.body" > "$work/token" 2> /dev/null || fail "login as $role: OpenBao answered without a token"
  mask "$work/token"
  cp "$work/token" "$folder/token"
  printf 'X-Vault-Token: %s\n' "$(cat "$work/token")" > "$work/reader.header"
  say "logged in as $role: $(jq -r '"\(.auth.token_policies | join(", ")), \(.auth.lease_duration) s"' "$work/login.body")"
}

# parameter NAME FILE: base64url without padding of {"key": NAME, "value": text of FILE}.
parameter() {
  jq -nj --arg key "$1" --rawfile value "$2" '{$key, $value} | tojson | @base64' | tr '+/' '-_' | tr -d '='
}

# What takes the place of a token in each read.
prepare_inline() {
  printf '%s' "$role" > "$work/role"
  {
    printf 'X-Vault-Inline-Auth-Path: auth/%s/login\n' "$mount"
    printf 'X-Vault-Inline-Auth-Parameter-role: %s\n' "$(parameter role "$work/role")"
    printf 'X-Vault-Inline-Auth-Parameter-jwt: %s\n' "$(parameter jwt "$work/jwt")"
  } > "$work/reader.header"
  say "reading as $role, without a token"
}

# read_path PATH: once each; later lines find it.
read_path() {
  read_as=read/$1/answer
  if [ -e "$work/$read_as.body" ]; then return; fi
  mkdir -p "$work/read/$1"
  status=$(openbao "$read_as" GET "$1" -H "@$work/reader.header")
  case $status in
    200) jq -e '.data.data | type == "object"' "$work/$read_as.body" > /dev/null 2>&1 || fail "read $1: no secret of a KV store, version 2" ;;
    404) fail "read $1: HTTP 404 $(jq -r 'if .data.metadata.deletion_time then "its newest version is deleted" else "nothing is there" end' "$work/$read_as.body" 2> /dev/null)" ;;
    *) fail "read $1: HTTP $status $(words "$read_as")" ;;
  esac
}

# value PATH KEY FILE: what stands there, as a file, and masked as it is and in base64.
value() {
  jq -ej --arg key "$2" '.data.data[$key] | if . == null then empty elif type == "string" then . else tojson end' \
    "$work/read/$1/answer.body" > "$3" || fail "read $1: it has no $2"
  mask "$3"
  encode "$3" > "$work/encoded"
  mask "$work/encoded"
}

# docker_auth PATH FILE: base64 of user:password, masked.
docker_auth() {
  value "$1" username "$work/user"
  value "$1" password "$work/password"
  { cat "$work/user"; printf ':'; cat "$work/password"; } > "$work/pair"
  encode "$work/pair" > "$2"
  mask "$2"
}

# Reads and masks all that the plan names; $work/values/N is the value of its line N.
read_all() {
  mkdir "$work/values"
  count=0
  while read -r target path key _; do
    count=$((count + 1))
    read_path "$path"
    case $target in
      docker) docker_auth "$path" "$work/values/$count" ;;
      *) value "$path" "$key" "$work/values/$count" ;;
    esac
  done < "$work/plan"
}

# export_file NAME FILE: a variable of later steps, which may have many lines. Nobody can guess the word that ends it.
export_file() {
  word=openbao_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  { printf '%s<<%s\n' "$1" "$word"; cat "$2"; printf '\n%s\n' "$word"; } >> "$GITHUB_ENV"
}

export_text() {
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_ENV"
}

hand_out() {
  printf '{"auths":{}}' > "$work/docker.json"
  count=0
  while read -r target path key name; do
    count=$((count + 1))
    case $target in
      env) export_file "$name" "$work/values/$count" ;;
      file) mkdir -p "$folder/files" && cp "$work/values/$count" "$folder/files/$name" ;;
      docker)
        jq --arg registry "$name" --rawfile auth "$work/values/$count" '.auths[$registry] = {$auth}' "$work/docker.json" > "$work/docker.next"
        mv "$work/docker.next" "$work/docker.json"
        mkdir -p "$folder/docker" && cp "$work/docker.json" "$folder/docker/config.json"
        ;;
    esac
    say "$path${key:+ $key} -> $target $name"
  done < "$work/plan"
  if [ -d "$folder/files" ]; then export_text OPENBAO_FILES "$folder/files"; fi
  if [ -d "$folder/docker" ]; then export_text DOCKER_CONFIG "$folder/docker"; fi
  if [ "$keep" = true ]; then export_file BAO_TOKEN "$folder/token"; fi
}

# Leaves the folder to `post`, or to the composite's revoke, before there is anything in it to lose.
open_folder() {
  folder=$(mktemp -d "$(first "${RUNNER_TEMP:-}" "${TMPDIR:-}" /tmp)/openbao-login.XXXXXX")
  work=$folder/work
  mkdir "$work"
  printf '%s\n' "$address" "$namespace" "$ca" "$retries" > "$folder/session"
  case $kind in
    composite) export_text OPENBAO_LOGIN_FOLDERS "${OPENBAO_LOGIN_FOLDERS:+$OPENBAO_LOGIN_FOLDERS:}$folder" ;;
    *) if [ -n "${GITHUB_STATE:-}" ]; then printf 'folder=%s\n' "$folder" >> "$GITHUB_STATE"; fi ;;
  esac
}

finish() {
  code=$?
  trap - EXIT
  if [ "$keep" = false ] || [ "$code" -ne 0 ]; then end_token "$folder"; fi
  rm -rf "$work"
  if [ "$code" -ne 0 ]; then rm -rf "$folder"; fi
  exit "$code"
}

check_inputs
open_folder
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT HUP
plan
get_id_token
if [ "$inline" = true ]; then prepare_inline; else log_in; fi
read_all
hand_out
