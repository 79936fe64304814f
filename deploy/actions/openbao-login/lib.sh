# What login.sh and revoke.sh share. POSIX sh with curl and jq. Secrets go through files of a private folder, never through arguments,
# which every process of the machine can read.
# shellcheck disable=SC2154 # address, namespace, ca, retries and work come from the script that reads this
set -eu
set +x
umask 077
LC_ALL=C

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
# followed: the next server would get the token. -q: a .curlrc that an earlier job left must not say otherwise. -g: a bracket is one.
request() {
  answer=$1
  shift
  : > "$work/$answer.body"
  curl -q -g -sS --proto '=http,https' --connect-timeout 5 --max-time 20 --retry "$retries" --retry-delay 1 --retry-max-time 60 --retry-connrefused \
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

# As a jq program: what a server says, on one line of its own words; a break or an escape in it could be a command to the runner.
one_line='gsub("[\\s[:cntrl:]]+"; " ") | sub(" $"; "") | .[0:500]'

# words NAME: what the server said, on one line. Of an answer that is not OpenBao's nothing is shown but curl's own message.
words() {
  if [ -s "$work/$1.error" ]; then
    sed -n '/^curl: ([0-9]*)/p' "$work/$1.error" | tail -n 1 | tr -cd '[:print:]' | cut -c 1-500
  else
    jq -r ".errors | map(tostring) | join(\"; \") | $one_line" "$work/$1.body" 2> /dev/null || true
  fi
}

# The add-masks of what jq reads, as a jq program. Every text and number in it is hidden, and an object or a list as JSON writes it, each
# of them also in base64. A mask hides within one line, so each line gets its own, and one for how JSON writes it. Lines of one or two
# characters are left out, for hiding them would make a log unreadable, and true, false and null for the same reason.
# What the runner takes for the text: its report of the job, the text as it stands; its own log (at log.level debug), and Gitea's runner,
# %25, %0A and %0D for what they stand for, in no certain order, and only what follows the last `::`. So a text with a percent sign
# goes out in both forms, and one that may arrive wrong in parts as well, these first: a line that is not understood may be shown.
masks='
  def outer: until((startswith(" ") or startswith("\t")) | not; .[1:]) | until((endswith(" ") or endswith("\t")) | not; .[:-1]);
  def lines: split("\n")[] | split("\r")[] | ., outer;
  def parts: if contains("::") or contains("%0A") or contains("%0D") then split("::")[] | split("%")[] else empty end;
  [if type == "object" or type == "array" then tojson else empty end, (.. | strings, numbers | tostring)]
  | map(., @base64 | lines | ., (tojson | .[1:-1]) | ., (split("%") | join("%25")), parts | select(outer | length > 2))
  | unique | sort_by(contains("::"), -length)[] | "::add-mask::" + .
'

# mask FILE: hides its text.
mask() {
  jq -Rrs "$masks" "$1"
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
