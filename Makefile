# `make` builds everything and runs the first notebook, `make test` runs all tests, `make help` lists the other targets.
# If this machine lacks something, a step prints one line that says what to install, and the other steps go on.

PYTHON ?= python3
ENV := .env
NOTEBOOK := notebooks/00-needles.ipynb
RESULTS := results/00-needles
export GOMLX_NO_AUTO_INSTALL := 1

# The C compiler that cgo uses. If there is none, longseq is built without cgo.
CC_FOUND := $(shell command -v "$$(go env CC 2>/dev/null)" 2>/dev/null)
ifeq ($(CC_FOUND),)
export CGO_ENABLED := 0
endif

STEP := @scripts/step
GO_FILES = $(shell git ls-files -co --exclude-standard '*.go')

.DEFAULT_GOAL := all
.PHONY: all setup tools plugin environment jupyter build kernel needles test format vet staticcheck unit pure race slurm fuzz bench lab browser pages peers clean help

all: needles ## train six models, evaluate them, and draw where each one forgets (the default)

setup: plugin environment build kernel ## fetch, build and install what the notebooks and the tests need

tools:
	@command -v go >/dev/null || { echo "no go: install Go 1.25 or newer" >&2; exit 1; }
	@[ -n "$(CC_FOUND)" ] || echo "no C compiler: building in pure Go, about 23 times slower and without training; install gcc or clang (Debian: apt-get install gcc libc6-dev)" >&2

environment:
	$(STEP) 30 "Jupyter's tools in $(ENV)" scripts/environment $(ENV) requirements.txt $(PYTHON) || :

# Notebooks need the environment. The step before has printed what is missing.
jupyter: environment
	@[ -x $(ENV)/bin/python ]

plugin: environment
	@[ ! -x $(ENV)/bin/python ] || scripts/step 30 "XLA's CPU plugin" $(ENV)/bin/python scripts/plugin.py requirements-plugin.txt || :

build: tools
	$(STEP) 75 "bin/longseq" go build -ldflags "-s -w" -o bin/longseq ./cmd/longseq

kernel: build environment
	@[ ! -x $(ENV)/bin/python ] || scripts/step 5 "the notebook kernel in $(ENV)" bin/longseq kernel install --prefix $(ENV)

needles: jupyter setup ## run the notebook 00-needles and list its results
	$(STEP) 480 "$(NOTEBOOK)" $(ENV)/bin/python scripts/execute.py $(NOTEBOOK) $(RESULTS)/00-needles.ipynb
	@scripts/where $(RESULTS)

# The tests are the last step, so that their summary is at the end. They also vet each package.
test: setup format staticcheck pure unit ## check the formatting, run staticcheck, build in pure Go, vet and run all tests

format:
	@unformatted=$$(gofmt -l $(GO_FILES)); [ -z "$$unformatted" ] || { echo "not formatted, run gofmt -w on: $$unformatted" >&2; exit 1; }

vet: tools
	$(STEP) 30 "go vet" go vet ./...

staticcheck: tools
	$(STEP) 75 "staticcheck" go run honnef.co/go/tools/cmd/staticcheck ./...

unit: setup
	$(STEP) 420 "go test" env PATH="$(CURDIR)/$(ENV)/bin:$$PATH" VIRTUAL_ENV="$(CURDIR)/$(ENV)" go run ./scripts/gotest -log bin/test.log -vet=all -timeout 2h ./...

pure: tools
	$(STEP) 30 "bin/longseq-pure, without cgo" env CGO_ENABLED=0 go build -ldflags "-s -w" -o bin/longseq-pure ./cmd/longseq
	@bin/longseq-pure doctor >/dev/null

# Packages with goroutines or processes of their own. go-xla's pool of buffers takes a lock that the race detector
# understands only with the tag race_mu.
RACE := ./study ./study/resident ./study/models ./study/training ./kernelsrc/jupyter/... ./kernelsrc/backend ./lcmodels/hub/... ./internal/worker

race: setup ## run the race detector over sweeps, the notebook kernel, the hub and resident models
	$(STEP) 600 "go test -race" env PATH="$(CURDIR)/$(ENV)/bin:$$PATH" VIRTUAL_ENV="$(CURDIR)/$(ENV)" CGO_ENABLED=1 go test -race -tags race_mu -timeout 60m $(RACE)

# Installs slurm-wlm and munge by apt-get if they are not there.
slurm: build ## run a plan and a training on a Slurm cluster that is on this host alone, with kills of every kind; as root on Debian
	$(STEP) 420 "a Slurm cluster of 4 nodes on this host" env LONGSEQ_PROGRAM="$(CURDIR)/bin/longseq" scripts/slurm/onehost go test -count 1 -v -timeout 30m -run Slurm ./study/cluster

FUZZTIME ?= 1m

fuzz: tools ## fuzz every target for FUZZTIME (1m) on one core
	scripts/fuzz $(FUZZTIME)

bench: setup ## run the benchmarks; benchstat reads what they print
	go test -run '^$$' -bench . -timeout 60m ./...

lab: jupyter setup ## install JupyterLab beside the kernel and open the notebooks in it
	$(STEP) 60 "JupyterLab in $(ENV)" scripts/environment $(ENV) requirements-lab.txt $(PYTHON)
	$(ENV)/bin/jupyter lab notebooks

browser: jupyter setup ## run each notebook in JupyterLab in Chromium; pictures of the pages go to results/browser
	$(STEP) 60 "JupyterLab in $(ENV)" scripts/environment $(ENV) requirements-lab.txt $(PYTHON)
	$(STEP) 120 "the notebooks in a browser" env PATH="$(CURDIR)/$(ENV)/bin:$$PATH" LONGSEQ_BROWSER="$(CURDIR)/results/browser" go test -count 1 -timeout 30m -run Browser ./kernelsrc/jupyter

pages: jupyter setup ## render a page of MyST with live numbers in its prose; needs Node 18 or newer
	$(STEP) 60 "mystmd in $(ENV)" scripts/environment $(ENV) requirements-pages.txt $(PYTHON)
	$(STEP) 30 "a page" env PATH="$(CURDIR)/$(ENV)/bin:$$PATH" LONGSEQ_PAGES=1 go test -count 1 -run Page ./kernelsrc/jupyter

ROUNDS ?= 7

# What torch.compile makes is kept, so that a second run begins sooner.
peers: build plugin ## time training steps and logits beside PyTorch, JAX, transformers and rwkv, and write the table into README.md
	$(STEP) 300 "PyTorch and JAX in .peers" scripts/environment .peers scripts/peers/requirements.txt $(PYTHON)
	PYTHONDONTWRITEBYTECODE=1 TORCHINDUCTOR_CACHE_DIR="$(CURDIR)/.peers/compiled" .peers/bin/python scripts/peers/run.py $(ROUNDS) README.md

clean: ## remove what was built and the environments; results and the plugin stay
	rm -rf bin $(ENV) .peers

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10
