#!/bin/sh
# The part of OpenBao's command line that setup.sh uses, over a folder (STORE) instead of a server. REFUSE names a path whose writing fails.
set -eu

keep() {
  if [ "$1" = "${REFUSE:-}" ]; then
    echo "Code: 403. Errors: permission denied" >&2
    exit 2
  fi
  mkdir -p "$STORE/$(dirname "$1")"
  cat "$2" > "$STORE/$1"
  echo "Success! Data written to: $1"
}

case "$1 $2" in
  'read -field=type')
    [ -f "$STORE/$3" ] || { echo "No value found at $3" >&2; exit 2; }
    cat "$STORE/$3"
    ;;
  'auth enable')
    path=${3#-path=}
    [ ! -f "$STORE/sys/auth/$path" ] || { echo "path is already in use at $path/" >&2; exit 2; }
    mkdir -p "$STORE/sys/auth"
    printf %s "$5" > "$STORE/sys/auth/$path"
    ;;
  'policy write') keep "sys/policies/acl/$3" "$4" ;;
  'write '*)
    case $3 in
      @*) keep "$2" "${3#@}" ;;
      *) exit 1 ;;
    esac
    ;;
  *) exit 1 ;;
esac
