# Builds the app, and runs it with nothing but what it needs. Migrations: docker build --target migrate.
FROM node:24-slim AS build
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json .npmrc prisma.config.ts ./
COPY prisma/schema.prisma prisma/
RUN npm ci --no-audit
COPY . .
RUN BUILD_STANDALONE=1 npm run build

FROM build AS migrate
CMD ["npm", "run", "db:migrate"]

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 HOSTNAME=0.0.0.0 PORT=3000
COPY --from=build --chown=node:node /app/.next/standalone ./
COPY --from=build --chown=node:node /app/.next/static ./.next/static
USER node
EXPOSE 3000
# Node itself, not npm: so that a stop reaches the server, which finishes what it has begun.
CMD ["node", "server.js"]
