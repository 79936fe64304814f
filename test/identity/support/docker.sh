#!/bin/sh
# `docker buildx build --push --tag HOST/NAME:TAG .` without building: it pushes one manifest with the login of the docker config.
set -eu
[ "$1 $2 $3 $4" = 'buildx build --push --tag' ]
host=${5%%/*}
image=${5#*/}
auth=$(jq -r --arg host "$host" '.auths[$host].auth' "${DOCKER_CONFIG:-$HOME/.docker}/config.json")
printf 'header = "Authorization: Basic %s"\n' "$auth" |
  curl -sS -K - -o /dev/null -w 'pushed: %{http_code}\n' -X PUT -d '{"schemaVersion":2}' "http://$host/v2/${image%:*}/manifests/${image##*:}"
