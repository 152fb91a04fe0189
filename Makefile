# `make demo` shows Troth at work, `make test` proves it. Both need Python 3.11 or newer and make, nothing else.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.DEFAULT_GOAL := help
.PHONY: help demo test check venv lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    run the demonstration"
	@echo "make test    run every test"
	@echo "make check   run the house rules only: lint, format, types, imports"
	@echo "make lock    resolve the exact versions anew (needs uv): with what tests need, and to run only"
	@echo "make clean   remove the virtual environment and the caches"

demo: $(READY)
	@$(BIN)/python -m api.command.demo

test: $(READY)
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

check: $(READY)
	@$(BIN)/python -m pytest tests/house

venv: $(READY)

# An environment that still runs is kept and brought up to the lock. A python on the path may be a shim that fails,
# so each candidate is run, and the first that is new enough is taken.
$(READY): requirements.lock pyproject.toml
	@set -eu; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  chosen=; \
	  for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	    if "$$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	    then chosen=$$python; break; fi; \
	  done; \
	  if [ -z "$$chosen" ]; then \
	    echo "troth: no Python 3.11 or newer runs here; install one, or name it: make PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	  fi; \
	  if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    echo "troth: $$chosen cannot make a virtual environment: its module ensurepip is missing" >&2; \
	    echo "       (on Debian: apt-get install python3-venv); or name another: make PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	  fi; \
	  echo "1/3  making $(VENV) with $$("$$chosen" --version)"; \
	  "$$chosen" -m venv --clear $(VENV); \
	fi; \
	export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore; \
	echo "2/3  installing the locked packages (a minute or so the first time)"; \
	$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock; \
	echo "3/3  installing troth itself"; \
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .; \
	touch $@

lock:
	uv pip compile --quiet --generate-hashes --universal --fork-strategy fewest --python-version 3.11 --extra dev \
	  --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --quiet --generate-hashes --universal --fork-strategy fewest --python-version 3.11 --extra build \
	  --no-header --no-annotate --constraints requirements.lock pyproject.toml -o requirements.run.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .pytest_cache .ruff_cache .schemathesis
