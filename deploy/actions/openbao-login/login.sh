#!/bin/sh
# Checked inputs -> ID token -> login -> secrets -> masks -> environment, files, docker config -> token revoked. With inline authentication
# the ID token goes along with each read, and there is no login and no token. Everything is read before anything is handed out.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/inputs.sh"

kind=${1:-sh}

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
  say "logged in as $role: $(jq -r "\"\(.auth.token_policies | join(\", \")), \(.auth.lease_duration) s\" | $one_line" "$work/login.body")"
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

# value PATH KEY FILE: what stands there, as a file. What is no text is handed out as JSON.
value() {
  jq -ej --arg key "$2" '.data.data[$key] | if . == null then empty elif type == "string" then . else tojson end' \
    "$work/read/$1/answer.body" > "$3" || fail "read $1: it has no $2"
  jq -r --arg key "$2" ".data.data[\$key] | $masks" "$work/read/$1/answer.body"
}

# one_line_of FILE: its text without one line break at the end, which `bao kv put … password=-` keeps of a typed password and
# `docker login --password-stdin` takes away too.
one_line_of() {
  jq -Rsj 'rtrimstr("\n") | rtrimstr("\r")' "$1"
}

# docker_auth PATH FILE: base64 of user:password, masked.
docker_auth() {
  value "$1" username "$work/user"
  value "$1" password "$work/password"
  { one_line_of "$work/user"; printf ':'; one_line_of "$work/password"; } > "$work/pair"
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
