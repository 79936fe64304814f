#!/bin/sh
# job-env.sh FILE SOURCE...: writes into FILE the variables that every job gets; the runner reads it as its `env_file`.
# SOURCE is a directory (it has a slash), each file of which is a variable, or the name of a variable of this process.
# Of two values for one name the later one wins. Nothing but names is ever printed.
set -eu
umask 027
export LC_ALL=C
file=$1
shift
cr=$(printf '\r')

# The value on stdin as the runner's reader (godotenv 1.5.1) takes it back: in double quotes, with \\ \" \$ \n \r. Two faults
# of it are stepped round: a quote at the very end is cut off, so ${0} (never set, hence empty) stands behind the value; and a
# backslash there hides the closing quote, so a second one follows, which is cut off.
quoted() {
  printf '"'
  { cat; echo x; } | sed -e '$s/x$//' -e 's/[\"$]/\\&/g' -e "s/$cr/\\\\r/g" | awk '
    BEGIN { ORS = "" }
    NR > 1 { print "\\n" }
    { print; last = $0 }
    END { print (last ~ /\\$/ ? "\"\"" : "${0}\"") }'
  echo
}

from_directory() {
  for path in "$1"/* "$1"/.[!.]*; do
    [ -f "$path" ] || continue
    name=${path##*/}
    case $name in
      [!A-Za-z_]* | *[!A-Za-z0-9_]*) echo "job-env: skipped $name: it is no name of a variable" >&2 && continue ;;
    esac
    if [ "$(tr -d '\000' < "$path" | wc -c)" -ne "$(wc -c < "$path")" ]; then
      echo "job-env: skipped $name: a variable can hold no zero byte" >&2
      continue
    fi
    printf '%s=' "$name"
    quoted < "$path"
  done
}

from_variable() {
  printf '%s=' "$1"
  eval "printf %s \"\${$1-}\"" | quoted
}

for source; do
  case $source in
    */*) from_directory "$source" ;;
    *) from_variable "$source" ;;
  esac
done > "$file"
