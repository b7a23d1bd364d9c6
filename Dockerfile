# syntax=docker/dockerfile:1
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production HYRAX_DATA=/var/lib/hyrax/data
WORKDIR /opt/hyrax
COPY --from=build /build/package.json ./
COPY --from=build /build/bin ./bin
COPY --from=build /build/dist ./dist
COPY --from=build /build/node_modules ./node_modules
COPY docker/entrypoint.sh docker/healthcheck.sh docker/run-init.ts /opt/hyrax/docker/
RUN mkdir -p "$HYRAX_DATA" /docker-entrypoint-initdb.d && chown -R node:node /var/lib/hyrax
USER node
VOLUME /var/lib/hyrax/data
EXPOSE 5432
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/opt/hyrax/docker/healthcheck.sh"]
ENTRYPOINT ["/opt/hyrax/docker/entrypoint.sh"]
CMD ["hyrax"]
