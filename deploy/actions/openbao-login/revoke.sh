#!/bin/sh
# The end of a job: tokens that are still good are revoked, files and docker configs removed. It runs after failures too, and twice does no harm.
. "$(dirname "$0")/lib.sh"

# end_session FOLDER
end_session() {
  [ -f "$1/session" ] || return 0
  { read -r address; read -r namespace; read -r ca; read -r retries; } < "$1/session"
  work=$1/work
  mkdir -p "$work"
  end_token "$1"
  rm -rf "$1"
}

# The state of a `post`; a composite has none, and leaves its folders in the job's environment.
rest=$(first "${STATE_folder:-}" "${OPENBAO_LOGIN_FOLDERS:-}"):
while [ -n "$rest" ]; do
  end_session "${rest%%:*}"
  rest=${rest#*:}
done
