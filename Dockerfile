FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm ci && npm pack --pack-destination /tmp

FROM node:24.21.0-bookworm-slim
COPY --from=build /tmp/clawdbot-ops-*.tgz /tmp/
# The image has its Node: the one that the package brings is left out.
RUN npm install --global --omit=dev --omit=optional /tmp/clawdbot-ops-*.tgz && rm -rf /tmp/* ~/.npm \
  && mkdir -p /var/lib/clawdbot-ops /var/log/clawdbot-ops && chown node:node /var/lib/clawdbot-ops /var/log/clawdbot-ops
USER node
ENTRYPOINT ["ops"]
