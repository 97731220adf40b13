FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY . .
# The image has its Node: the one that the package brings is taken out (npm installs it whatever --omit says).
RUN npm ci && npm pack --pack-destination /tmp \
  && npm install --global --omit=dev --prefix /opt/clawdbot-ops /tmp/clawdbot-ops-*.tgz \
  && rm -r /opt/clawdbot-ops/lib/node_modules/clawdbot-ops/node_modules/node-linux-*

FROM debian:bookworm-slim
# journalctl reads the host's journal, which is mounted: Ollama's log and the kernel's.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates systemd && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 1000 clawdbot-ops \
  && install -d -o 1000 -g 1000 /var/lib/clawdbot-ops /var/log/clawdbot-ops
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /opt/clawdbot-ops /opt/clawdbot-ops
ENV PATH=/opt/clawdbot-ops/bin:/usr/local/bin:/usr/bin:/bin
USER 1000:1000
ENTRYPOINT ["ops"]
