# syntax=docker/dockerfile:1
# docker build -t REGISTRY/fabric-link-operator:0.1.0 .
#
# The base is the Node that the package pins. Its digest is for the release to read from the registry and to give:
#   --build-arg RELEASE=true --build-arg NODE_IMAGE_DIGEST=sha256:…
ARG NODE_IMAGE_DIGEST=

FROM node:24.21.0-bookworm-slim${NODE_IMAGE_DIGEST:+@${NODE_IMAGE_DIGEST}} AS build
ARG NODE_IMAGE_DIGEST
ARG RELEASE=false
RUN if [ "$RELEASE" = true ] && [ -z "$NODE_IMAGE_DIGEST" ]; then \
      echo 'a release names the digest of its base: --build-arg NODE_IMAGE_DIGEST=sha256:…' >&2; exit 1; \
    fi
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY LICENSE tsconfig.json ./
COPY controllers controllers
COPY crds crds
COPY operator operator
COPY scripts scripts
# Node of the base image, not the one that npm would put first: its libraries are copied with it.
RUN /usr/local/bin/node scripts/bundle.ts && /usr/local/bin/node scripts/image-layout.ts /layout

# Nothing but Node, its libraries and the bundle: no shell, no package manager (docs/adr/0024-image-from-scratch.md).
FROM scratch
COPY --from=build /layout /
LABEL org.opencontainers.image.title=fabric-link-operator \
      org.opencontainers.image.version=0.1.0 \
      org.opencontainers.image.licenses=Apache-2.0
ENV NODE_COMPILE_CACHE=/app/cache NODE_COMPILE_CACHE_PORTABLE=1
USER 65532:65532
WORKDIR /app
EXPOSE 8080 8081
# The flags of scripts/image/node-flags.ts, which says why; the code in /app/cache was made under them.
ENTRYPOINT ["/usr/bin/node", "--max-semi-space-size=16", "--heap-growing-percent=40", "/app/operator.mjs"]
