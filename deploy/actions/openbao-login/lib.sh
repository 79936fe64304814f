# What login.sh and revoke.sh share. POSIX sh with curl and jq. Secrets go through files of a private folder, never through arguments,
# which every process of the machine can read.
# shellcheck disable=SC2154 # address, namespace, ca, retries and work come from the script that reads this
set -eu
set +x
umask 077
LC_ALL=C
cr=$(printf '\r')

say() {
  printf 'openbao-login: %s\n' "$*"
}

fail() {
  say "$*" >&2
  exit 1
}

# The first argument that has a text.
first() {
  for candidate in "$@"; do
    if [ -n "$candidate" ]; then
      printf '%s' "$candidate"
      return
    fi
  done
}

# request NAME [curl arguments] URL: leaves $work/NAME.body and prints the status, 000 when nobody answered. Redirects are not
# followed: the next server would get the token. -q: a .curlrc that an earlier job left must not say otherwise.
request() {
  answer=$1
  shift
  : > "$work/$answer.body"
  curl -q -sS --proto '=http,https' --connect-timeout 5 --max-time 20 --retry "$retries" --retry-delay 1 --retry-max-time 60 --retry-connrefused \
    -o "$work/$answer.body" -w '%{http_code}' "$@" 2> "$work/$answer.error" || true
}

# openbao NAME METHOD PATH [curl arguments]
openbao() {
  name=$1 method=$2 path=$3
  shift 3
  if [ -n "$ca" ]; then
    CURL_CA_BUNDLE=$ca
    export CURL_CA_BUNDLE
  fi
  {
    printf 'X-Vault-Request: true\n'
    if [ -n "$namespace" ]; then printf 'X-Vault-Namespace: %s\n' "$namespace"; fi
  } > "$work/headers"
  request "$name" -X "$method" -H "@$work/headers" "$@" "$address/v1/$path"
}

# words NAME: what the server said, on one line. Of an answer that is not OpenBao's nothing is shown but curl's own message.
words() {
  if [ -s "$work/$1.error" ]; then
    sed -n '/^curl: ([0-9]*)/p' "$work/$1.error" | tail -n 1 | tr -d '\r\n'
  else
    jq -r '.errors | map(tostring) | join("; ") | gsub("\\s+"; " ") | sub(" $"; "") | .[0:500]' "$work/$1.body" 2> /dev/null || true
  fi
}

# mask FILE: one add-mask a line, for the runner hides only what stands in one line. Lines of one or two characters are left out:
# hiding them would make a log unreadable.
mask() {
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%"$cr"}
    inner=${line#"${line%%[![:space:]]*}"}
    if [ "${#line}" -gt 2 ]; then printf '::add-mask::%s\n' "$line"; fi
    if [ "${#inner}" -gt 2 ] && [ "$inner" != "$line" ]; then printf '::add-mask::%s\n' "$inner"; fi
  done < "$1"
}

# encode FILE: base64 on one line.
encode() {
  base64 < "$1" | tr -d '\r\n'
}

# end_token FOLDER: revokes the token that a login left there. It never fails: what the job did stands, and the token has its TTL.
end_token() {
  [ -f "$1/token" ] || return 0
  printf 'X-Vault-Token: %s\n' "$(cat "$1/token")" > "$work/token.header"
  status=$(openbao revoke POST auth/token/revoke-self -H "@$work/token.header" -H 'Content-Type: application/json' -d '')
  case $status in
    204) say 'token revoked' ;;
    *) say "revoke-self: HTTP $status $(words revoke); the token ends with its TTL" >&2 ;;
  esac
  rm -f "$1/token"
}
