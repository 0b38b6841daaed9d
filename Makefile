# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q -rs
TORCH := 2.13.0

.PHONY: help demo test test-long lint check docs requirements bench-peers clean

help:
	@echo "make demo       install, generate, train, resume, export and serve a GAN (minutes)"
	@echo "make test       all checks and tests"
	@echo "make test-long  the tests that train for real or start many processes"
	@echo "make lint       formatting and lint; installs ruff alone (seconds)"
	@echo "make check      formatting, lint, types and stale generated files"
	@echo "make bench-peers  an environment with what the benchmarks compare with"
	@echo "make docs       build the documentation into site/"
	@echo "make requirements  write requirements*.txt from pyproject.toml (UPGRADE=1: newest versions)"
	@echo "make clean      remove what these commands made"

$(BIN)/.installed: requirements.txt pyproject.toml weights/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable . --editable ./weights
	@touch $@

# PyTorch is an independent oracle for some layers. Its CPU build is not on PyPI for Linux; where
# it cannot be had, the tests that need it are skipped, and pytest lists them. It comes from
# several places, whose files differ, so that no list of hashes holds for all of them.
$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet "torch==$(TORCH)+cpu" \
	  || $(BIN)/python -m pip install --quiet "torch==$(TORCH)+cpu" \
	       --extra-index-url https://download.pytorch.org/whl/cpu \
	  || echo "No CPU build of PyTorch $(TORCH) found: its tests will be skipped."
	$(BIN)/python -m pip install --quiet --no-deps torch-fidelity==0.4.0
	@touch $@

# The peers of the benchmarks that are no oracles of tests, beside what is installed for tests.
PEERS := .venv-peers
PURELIB = -c "import sysconfig; print(sysconfig.get_path('purelib'))"
$(PEERS)/.installed: $(BIN)/.installed-dev
	$(PYTHON) -m venv $(PEERS)
	echo "import site; site.addsitedir('$$($(BIN)/python $(PURELIB))')" \
	  > "$$($(PEERS)/bin/python $(PURELIB))/zoo.pth"
	$(PEERS)/bin/python -m pip install --quiet pythae==0.1.2
	@touch $@

bench-peers: $(PEERS)/.installed
	@echo "Run benchmarks with $(PEERS)/bin/python, such as $(PEERS)/bin/python benchmarks/vae.py"

# Ruff alone, as pinned: whoever only formats need not install TensorFlow.
LINT := .venv-lint
$(LINT)/.installed: requirements-dev.txt
	$(PYTHON) -m venv $(LINT)
	sed -n '/^ruff==/,/[^\\]$$/p' requirements-dev.txt > $(LINT)/ruff.txt
	$(LINT)/bin/python -m pip install --quiet --require-hashes -r $(LINT)/ruff.txt
	@touch $@

lint: $(LINT)/.installed
	$(LINT)/bin/ruff format --check .
	$(LINT)/bin/ruff check .

demo: $(BIN)/.installed
	$(BIN)/python applications/image_synthesis/demo.py --out demo

check: $(BIN)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/zoo_table.py --check
	$(BIN)/python tools/performance_table.py --check

# Several runs, since a process keeps a part of the memory of each graph that it has compiled.
ENGINE := tests/training tests/callbacks
MODELS := tests/models tests/families tests/guests tests/recipes tests/docs
test: check
	for part in 1/4 2/4 3/4 4/4; do \
	  $(PYTEST) -m "not long" tests/conformance --part $$part || exit 1; done
	$(PYTEST) -m "not long" $(ENGINE)
	$(PYTEST) -m "not long" $(MODELS)
	$(PYTEST) -m "not long" $(patsubst %,--ignore=%,tests/conformance $(ENGINE) $(MODELS))

test-long: $(BIN)/.installed-dev
	$(PYTEST) -m long

docs: $(BIN)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-docs.txt
	$(BIN)/mkdocs build --strict

# For Python 3.10 to 3.13 and all systems at once. What is pinned stays, but for what
# pyproject.toml no longer allows; with UPGRADE=1 all are the newest.
UV := .venv-uv
PINS = $(UV)/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes \
  --no-annotate --custom-compile-command "make requirements" $(if $(UPGRADE),--upgrade)
requirements:
	$(PYTHON) -m venv $(UV)
	$(UV)/bin/python -m pip install --quiet uv
	$(PINS) pyproject.toml -o requirements.txt
	$(PINS) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	$(PINS) pyproject.toml --extra docs -c requirements.txt -o requirements-docs.txt

clean:
	rm -rf $(VENV) $(PEERS) $(LINT) $(UV) demo site .mypy_cache .pytest_cache .ruff_cache
