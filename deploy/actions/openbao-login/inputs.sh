# What login.sh takes: the inputs, else the variables that a pool sets (docs/identity.md), and the lines of `secrets`. All of it is checked
# before anybody is asked for anything, for it gets into headers, paths, files and the log. No refusal repeats what has not the form that is asked for.
# shellcheck disable=SC2034,SC2154 # login.sh uses what is set here; work is its folder
role=$(first "${INPUT_ROLE:-}" "${OPENBAO_ROLE:-}")
address=$(first "${INPUT_ADDRESS:-}" "${BAO_ADDR:-}")
audience=$(first "${INPUT_AUDIENCE:-}" "${OPENBAO_AUDIENCE:-}" openbao)
mount=$(first "${INPUT_MOUNT:-}" "${OPENBAO_MOUNT:-}" forgejo)
namespace=$(first "${INPUT_NAMESPACE:-}" "${BAO_NAMESPACE:-}")
ca=$(first "${INPUT_CA:-}" "${BAO_CACERT:-}")
inline=$(first "${INPUT_INLINE:-}" false)
keep=$(first "${INPUT_EXPORT_TOKEN:-}" false)
allow_http=$(first "${INPUT_ALLOW_HTTP:-}" false)
retries=$(first "${INPUT_RETRIES:-}" 2)
address=${address%/}
mount=${mount%/}
namespace=${namespace%/}

# usable PATH CHARACTERS: whether it has only these and slashes, no way up, no empty part and none that is a dot.
usable() {
  case /$1/ in
    *..* | */./* | *//* | *[!/$2]*) return 1 ;;
  esac
}

# loopback HOST: to the letter, for 127.0.0.1.example.org is somebody else's.
loopback() {
  case $1 in
    localhost | '[::1]') ;;
    127.*[!0-9.]*) return 1 ;;
    127.*) ;;
    *) return 1 ;;
  esac
}

check_address() {
  case $address in
    http://?* | https://?*) ;;
    *) fail 'address must be the URL of OpenBao and begin with https://: set the input, or BAO_ADDR' ;;
  esac
  rest=${address#*://}
  case $rest in
    *..* | *//* | *[!]/A-Za-z0-9.:_~%+[-]*) fail 'address must be a URL without user, query, fragment and ..' ;;
  esac
  host=${rest%%/*}
  case $host in
    '['*) host=${host%%]*}] ;;
    *) host=${host%%:*} ;;
  esac
  case $address in
    https://*) return ;;
  esac
  loopback "$host" || [ "$allow_http" = true ] ||
    fail 'address must begin with https://: over http everybody on the way reads the ID token and the secrets. Only a loopback address may, or with allow_http: true'
}

check_names() {
  [ -n "$role" ] || fail 'role is missing: set the input, or OPENBAO_ROLE'
  case $role in
    *[!A-Za-z0-9._-]*) fail 'role must be a name of letters, digits and . _ -' ;;
  esac
  case $mount in
    auth/*) mount= ;;
  esac
  usable "$mount" 'A-Za-z0-9._-' || fail 'mount must be a path of letters, digits and . _ - without .. and without auth/ in front'
  if [ -n "$namespace" ]; then usable "$namespace" 'A-Za-z0-9._-' || fail 'namespace must be a path of letters, digits and . _ - without ..'; fi
  case $audience in
    *[!A-Za-z0-9._:/@+~-]*) fail 'audience must have letters, digits and . _ : / @ + ~ -' ;;
  esac
}

check_inputs() {
  for tool in curl jq; do
    command -v "$tool" > /dev/null || fail "this job has no $tool"
  done
  check_names
  case $inline$keep in
    falsefalse | falsetrue | truefalse) ;;
    truetrue) fail 'export_token needs a login: inline makes no token' ;;
    *) fail 'inline and export_token must be true or false' ;;
  esac
  case $allow_http in
    true | false) ;;
    *) fail 'allow_http must be true or false' ;;
  esac
  check_address
  case $retries in
    '' | *[!0-9]* | ???*) fail 'retries must be a number up to 99' ;;
  esac
  case $ca in
    *[[:cntrl:]]*) fail 'ca must be the path of a file, without line breaks' ;;
  esac
  if [ -n "$ca" ] && [ ! -r "$ca" ]; then fail "ca: this job has no readable file $ca"; fi
  if [ -z "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ] || [ -z "${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}" ]; then
    fail 'this job gets no ID token: set enable-openid-connect: true in the workflow. A pull request from a fork never gets one'
  fi
}

# Variables that the runner or this action sets, and those that decide which programs later steps run and what these load.
reserved() {
  case $1 in
    GITHUB_* | FORGEJO_* | GITEA_ACTIONS* | RUNNER_* | ACTIONS_* | INPUT_* | STATE_*) ;;
    BAO_ADDR | BAO_CACERT | BAO_NAMESPACE | OPENBAO_* | DOCKER_CONFIG) ;;
    PATH | HOME | SHELL | IFS | ENV | BASH_ENV | BASH_FUNC_* | BASHOPTS | SHELLOPTS | PS4 | PROMPT_COMMAND | CDPATH | TMPDIR) ;;
    LD_PRELOAD | LD_AUDIT | LD_LIBRARY_PATH | DYLD_* | GCONV_PATH | CURL_HOME | EDITOR | VISUAL | PAGER) ;;
    NODE_OPTIONS | NODE_PATH | PYTHONPATH | PYTHONHOME | PYTHONSTARTUP | PERL5LIB | PERL5OPT | RUBYLIB | RUBYOPT) ;;
    JAVA_TOOL_OPTIONS | _JAVA_OPTIONS | JDK_JAVA_OPTIONS | CLASSPATH) ;;
    GIT_SSH | GIT_SSH_COMMAND | GIT_CONFIG* | GIT_EXEC_PATH | GIT_ASKPASS | GIT_PROXY_COMMAND | GIT_EDITOR | GIT_PAGER | GIT_TEMPLATE_DIR) ;;
    *) return 1 ;;
  esac
}

# A line of `secrets` as `KIND PATH KEY TARGET`; `set -f` is on, so that a star stays a star.
plan_line() {
  number=$1
  shift
  # Compared as a whole: a star between the words would also stand for a `:` within one.
  case "$#:${3:-}:${4:-}" in
    5:'->':env | 5:'->':file) set -- "$4" "$1" "$2" "$5" ;;
    *)
      [ "$#:${2:-}:${3:-}" = '4:->:docker' ] ||
        fail "secrets, line $number: must be PATH KEY -> env NAME, PATH KEY -> file NAME or PATH -> docker REGISTRY"
      set -- docker "$1" username "$4"
      ;;
  esac
  usable "$2" 'A-Za-z0-9._@+~-' || fail "secrets, line $number: the path must be one of the API, like kv/data/ci/acme/app/harbor"
  case $3 in
    *[!A-Za-z0-9._-]*) fail "secrets, line $number: the key may have letters, digits and . _ -" ;;
  esac
  case $1 in
    env)
      case $4 in
        [0-9]* | *[!A-Za-z0-9_]*) fail "secrets, line $number: no name of a variable" ;;
      esac
      if reserved "$4"; then
        fail "secrets, line $number: $4 belongs to the runner, to this action, or decides what later steps run; choose another name"
      fi
      ;;
    file)
      case $4 in
        . | .. | *[!A-Za-z0-9._-]*) fail "secrets, line $number: a file is a name without a folder" ;;
      esac
      ;;
    docker)
      case $4 in
        *[!/A-Za-z0-9.:_-]*) fail "secrets, line $number: no name of a registry" ;;
      esac
      ;;
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
