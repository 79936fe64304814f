# Pinned by version; a deployment that must not move pins the digest too: `node:24.21.0-slim@sha256:…`.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# Another npm registry than the public one: --build-arg NPM_CONFIG_REGISTRY=https://packages.example.org/npm/
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
# Nothing that is used here needs an install script, so none may run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
# As `npm run build`, whose Node would be the one that an install script brings.
RUN node src/build/main.ts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
# Buffers of bodies go back to the system when they are freed, and do not tear holes into one heap.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4096 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
# All of it stays root's: the service writes nothing, and its root file system may be read-only.
COPY package.json LICENSE ./
COPY --from=build /app/dist ./dist
# `docker run --rm -i IMAGE forgejo-runner-operator audit`; docs/cli.md has the commands.
RUN ln -s /app/dist/cli.js /usr/local/bin/forgejo-runner-operator
# By number, for `runAsNonRoot` can't look up a name; 1000 is `node` in the base image.
USER 1000:1000
EXPOSE 8080 9090
# As `npm run start:built`. As PID 1 it handles TERM itself; Kubernetes asks /healthz and /readyz.
CMD ["node", "--max-semi-space-size=4", "--heap-growing-percent=35", "--no-concurrent-recompilation", "dist/main.js"]
