# Every command of the project. `make` alone lists them.

CARGO ?= cargo
# cargo-nextest runs the same tests faster; without it cargo's own runner does.
NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)

# The features that are off by default.
ALL = --features hikyaku-cli/otel

# What one store needs, a build without it does not.
ONE_STORE = -A clippy::drop_non_drop -A clippy::unused_async -A clippy::unused_self -A clippy::unnecessary_wraps

.PHONY: help demo test lint fmt doc book pictures package features least-versions release-check bench build-cpu chaos

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: ## Watch messages travel, on a simulator in the same process
	$(CARGO) run -- demo

test: ## Run every test, the documentation's examples included
ifeq ($(NEXTEST),yes)
	$(CARGO) nextest run --workspace $(ALL) --no-fail-fast
else
	$(CARGO) test --workspace $(ALL) --no-fail-fast --lib --bins --tests
endif
	$(CARGO) test --workspace $(ALL) --doc

lint: ## Check format, lints, documentation, words, links, and that modules form no circle
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	for features in '' sqlite postgres; do \
	    $(CARGO) clippy -p hikyaku-sender --lib --no-default-features --features "$$features" -- -D warnings $(ONE_STORE) || exit; \
	done
	$(CARGO) clippy -p hikyaku-cli --all-targets --features otel -- -D warnings
	$(CARGO) clippy -p hikyaku-webhook --lib --no-default-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps
	.ci/modules.py --self-test
	.ci/modules.py
	.ci/words.py --self-test
	.ci/words.py
	.ci/links.py --self-test
	.ci/links.py

fmt: ## Format the code
	$(CARGO) fmt --all

doc: ## Build the documentation and open it
	$(CARGO) doc --workspace --no-deps --open

book: ## Build docs/ as a book in target/book (needs mdbook)
	.ci/book

pictures: ## Draw the pictures of the documentation that show the simulator's and the gateway's pages (needs Chromium)
	$(CARGO) run -p hikyaku-sim --example pictures -- docs
	$(CARGO) run -p hikyaku-gateway --example site_pictures -- docs

package: ## Make the files that go to crates.io, without building them
	$(CARGO) package --workspace --no-verify --locked --exclude hikyaku-examples

features: ## Check that each feature builds alone, none, and all together (needs cargo-hack)
	$(CARGO) hack check --workspace --exclude hikyaku-examples --each-feature --no-dev-deps --keep-going

least-versions: ## Check that the least versions that Cargo.toml allows build
	.ci/least-versions

release-check: package features least-versions book ## Check all that a release needs and a change seldom breaks (needs cargo-deny, cargo-hack, cargo-machete, mdbook)
	$(CARGO) deny check
	$(CARGO) machete

bench: ## Measure; docs/performance.md says what the figures mean
	$(CARGO) bench --workspace --benches

build-cpu: ## Measure what it takes to build a program that sends one push, beside the least one
	.ci/build-cpu

chaos: ## Kill, stop, cut off and fill up senders and bots at length, and try properties on many cases (some twenty minutes)
	HIKYAKU_KILLS=200 HIKYAKU_FAILOVERS=5 HIKYAKU_PARTITION=20 HIKYAKU_FLIPS=2000 HIKYAKU_SENDS=8000 \
	HIKYAKU_TRACES=100 HIKYAKU_ROWS=1000000 HIKYAKU_RECIPIENTS=10000000 HIKYAKU_IMPORT_KILLS=20 HIKYAKU_STOPS=all \
	$(CARGO) test -p hikyaku-sender --test it -- --nocapture --test-threads=2 \
	crash:: disk:: failover:: flipped import:: interleave:: partition:: pause:: rate size:: traces::
	HIKYAKU_INBOX_KILLS=200 HIKYAKU_ANSWER_KILLS=200 HIKYAKU_ANSWER_CHATS=50 HIKYAKU_ANSWER_QUESTIONS=1000 HIKYAKU_ANSWER_WORK=500 \
	$(CARGO) test -p hikyaku-inbox --test it -- --nocapture --test-threads=1 answered:: killed::each
	PROPTEST_CASES=20000 $(CARGO) test -p hikyaku-model -p hikyaku-webhook --test it
