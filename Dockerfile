# Images of the server (target `server`) and of the agent (target `agent`).

FROM node:24-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.13-slim-bookworm AS wheel
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=packages /src/node_modules node_modules
RUN /build/bin/python -m server.assets build && /build/bin/python -m hatchling build -t wheel

FROM python:3.13-slim-bookworm AS server
# WeasyPrint draws acts with these.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock
COPY --from=wheel /src/dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl \
    && groupadd --gid 10146 zeng && useradd --uid 10146 --gid zeng --no-create-home zeng \
    && install -d -o zeng -g zeng -m 0700 /data /shared
USER 10146:10146
ENV ZENG_DATA=/data ZENG_HOST=0.0.0.0 PYTHONUNBUFFERED=1
EXPOSE 8146
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8146/readyz', timeout=4)"]
ENTRYPOINT ["zeng"]
CMD ["run"]

FROM python:3.13-slim-bookworm AS agent
COPY requirements-agent.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements-agent.lock
COPY --from=wheel /src/dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl \
    && groupadd --gid 10146 zeng && useradd --uid 10146 --gid zeng --no-create-home zeng \
    && install -d -o zeng -g zeng -m 0700 /data
USER 10146:10146
ENV ZENG_AGENT_DATA=/data PYTHONUNBUFFERED=1
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["zeng-agent", "show"]
ENTRYPOINT ["zeng-agent"]
CMD ["run"]
