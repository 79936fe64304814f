# Pinned by version; a deployment that must not move pins the digest too: `node:24.21.0-slim@sha256:…`.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
# Another npm registry than the public one: --build-arg NPM_CONFIG_REGISTRY=https://packages.example.org/npm/
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
# No package of ours needs an install script, so none may run.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# All of it stays root's: the service writes nothing, and its root file system may be read-only.
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
# By number, for `runAsNonRoot` can't look up a name; 1000 is `node` in the base image.
USER 1000:1000
EXPOSE 8080 9090
# Node runs TypeScript as it is. As PID 1 it handles TERM itself; Kubernetes asks /healthz and /readyz.
CMD ["node", "src/main.ts"]
