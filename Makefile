# SPDX-License-Identifier: GPL-2.0-only
#
#   make            ./bakeoff
#   make demo       install what is missing, build, compare the 2007 fixes on the model kernel
#   make check      install what is missing, build, run the tests
#   make check-linux BAKEOFF_LINUX=/path/to/linux.git   the same on the real 2.6.22-rc5
#   make bench          the matrix beside a script's: bench/README.md; BAKEOFF_LINUX as above, or the model kernel
#   make bench-bisect   three ways to a commit, likewise; BENCH_ENDS='OLD NEW'
#   make install PREFIX=/usr/local DESTDIR=
#
# Variables: V=1 (print commands), CC, CFLAGS, WERROR=1 (warnings are errors, for developers), SANITIZE=address,undefined

CC ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)	$(2)")
BUILD ?= build
WERROR ?= $(if $(wildcard .git),1,)

PACKAGES := glib-2.0 gio-2.0 gio-unix-2.0 libgit2 gmime-3.0 sqlite3 libarchive json-glib-1.0 libelf libdw
MODULES := base series boards kbuild matrix bisect cmd

# asked once, and only when something is compiled: it may not be installed yet
package_cflags = $(eval package_cflags := $$(shell pkg-config --cflags $(PACKAGES)))$(package_cflags)
package_libs = $(eval package_libs := $$(shell pkg-config --libs $(PACKAGES)))$(package_libs)

datadir := $(PREFIX)/share/bakeoff
mandir := $(PREFIX)/share/man

warnings := -Wall -Wextra -Wvla -Wmissing-prototypes -Wstrict-prototypes -Wshadow
warnings += -Wno-missing-field-initializers
warnings += $(if $(findstring clang,$(CC)),,-Wjump-misses-init)
all_cflags = -std=gnu11 -I. $(warnings) $(if $(WERROR),-Werror) $(CFLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
	-DBAKEOFF_DATADIR='"$(datadir)"' -DG_LOG_DOMAIN='"bakeoff"' $(package_cflags)
all_libs = $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(package_libs) -lm

sources := $(sort $(wildcard $(addsuffix /*.c,$(MODULES))))
headers := $(sort $(wildcard $(addsuffix /*.h,$(MODULES))))
objects := $(sources:%.c=$(BUILD)/%.o)
library := $(filter-out $(BUILD)/cmd/%,$(objects))
test_sources := $(sort $(wildcard tests/*/test-*.c))
test_programs := $(test_sources:%.c=$(BUILD)/%)

# The program of another build directory stays in it: ./bakeoff is the default one's.
program := $(if $(filter build,$(BUILD)),bakeoff,$(BUILD)/bakeoff)

all: $(program)

$(program): $(objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(all_libs)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(all_libs)

-include $(objects:.o=.d) $(test_sources:%.c=$(BUILD)/%.d)

tests: $(test_programs)

# ---- what is missing on a fresh Debian 12 ----

build_packages := gcc libc6-dev make pkg-config libglib2.0-dev libgit2-dev libgmime-3.0-dev \
	libsqlite3-dev libarchive-dev libjson-glib-dev libelf-dev libdw-dev
run_packages := bubblewrap git patch quilt expect util-linux u-boot-tools qemu-system-arm gcc-arm-linux-gnueabi
check_packages := u-boot-qemu bats perl python3 diffutils procps

# $(call install_missing,PACKAGES): installs with apt what is not there, and says what
define install_missing
@missing=; for package in $(1); do \
	dpkg-query -W -f='$${db:Status-Abbrev}' $$package 2>/dev/null | grep -q '^ii' || \
	missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
	if ! command -v apt-get >/dev/null; then \
		echo "make: no apt-get here; install what these Debian packages hold:$$missing"; exit 1; \
	elif [ "$$(id -u)" = 0 ]; then sudo=; \
	elif sudo -n true 2>/dev/null; then sudo=sudo; \
	else \
		echo "make: packages are missing. Run this once, then make again:"; \
		echo "    sudo apt-get install --no-install-recommends$$missing"; exit 1; \
	fi; \
	echo "make: installing$$missing"; \
	$$sudo apt-get -qq update && \
	$$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq install -y --no-install-recommends $$missing >/dev/null; \
fi
endef

deps:
	$(call install_missing,$(build_packages) $(run_packages))

deps-check:
	$(call install_missing,$(build_packages) $(run_packages) $(check_packages))

# ---- the main job, on the model kernel ----

demo: deps
	@$(MAKE) --no-print-directory all
	@demo/make-repo demo/.bakeoff/model.git
	@echo "== bakeoff run: the fixes of 2007 on a model kernel. This is no evidence about Linux. =="
	@unshare --user --map-root-user --mount true 2>/dev/null || \
		echo "No user namespaces here: these patches, which are our own, are built without a sandbox."
	@env -u BAKEOFF_REPO ./bakeoff run --project demo/bakeoff.conf \
		$$(unshare --user --map-root-user --mount true 2>/dev/null || echo --no-sandbox)
	@echo
	@echo "== bakeoff report --format reply: the mail that would answer the thread =="
	@env -u BAKEOFF_REPO ./bakeoff report --project demo/bakeoff.conf --format reply
	@echo
	@echo "All of this ran on demo/kernel, a model and not Linux. On a clone of Linux:"
	@echo "    ./bakeoff run --repo /path/to/linux"

# ---- checks ----

check: deps-check
	@$(MAKE) --no-print-directory all tests
	@$(MAKE) --no-print-directory check-layers check-headers check-style
	@$(MAKE) --no-print-directory test

# prove's last lines count the tests; a test that needs what is not there says why it is skipped
test: $(program) $(test_programs)
	BAKEOFF=$(abspath $(program)) G_TEST_SRCDIR=$(CURDIR) BAKEOFF_SOURCE=$(CURDIR) \
	G_SLICE=always-malloc \
		prove --timer -j2 --exec '' $(test_programs) $(wildcard tests/*/*.bats)

# The real thing: takes minutes and needs a git repository of Linux with its history.
check-linux: deps-check
	@[ -n "$(BAKEOFF_LINUX)" ] || { echo "usage: make check-linux BAKEOFF_LINUX=/path/to/linux"; exit 2; }
	@$(MAKE) --no-print-directory all $(BUILD)/tests/series/test-roundtrip
	BAKEOFF=$(abspath $(program)) BAKEOFF_SOURCE=$(CURDIR) BAKEOFF_LINUX=$(BAKEOFF_LINUX) \
		prove --timer -v --exec '' $(wildcard tests/linux/*.bats)

# Measures, and fails only where two ways come to different answers.
bench: deps-check
	@$(MAKE) --no-print-directory all
	@bench/bench $(program)

# A GB of console through the crash scanner; BENCH_MEGABYTES for less.
bench-console: $(BUILD)/bench/console
	@$< $(BENCH_MEGABYTES)

$(BUILD)/bench/console: $(BUILD)/bench/console.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(all_libs)

# Each parser of foreign bytes against any; SECONDS=60 each by default, needs clang and its runtime.
# FUZZERS=mail for one of them.
fuzz_seconds = $(if $(filter environment% command%,$(origin SECONDS)),$(SECONDS),60)
FUZZERS ?= crash mail diff
fuzz_seeds_crash := tests/fuzz/corpus tests/data/boards
fuzz_seeds_mail := tests/fuzz/corpus-mail tests/fuzz/corpus-diff tests/data/series
fuzz_seeds_diff := tests/fuzz/corpus-diff

fuzz:
	$(call install_missing,clang libclang-rt-dev)
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang SANITIZE=address,undefined \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link" $(FUZZERS:%=build/fuzz/tests/fuzz/fuzz-%)
	@mkdir -p $(FUZZERS:%=build/fuzz/corpus-%)
	$(foreach fuzzer,$(FUZZERS),G_SLICE=always-malloc build/fuzz/tests/fuzz/fuzz-$(fuzzer) \
		-max_total_time=$(fuzz_seconds) -max_len=4096 -timeout=20 \
		-dict=tests/fuzz/$(if $(filter crash,$(fuzzer)),crash,mail).dict \
		-artifact_prefix=build/fuzz/ build/fuzz/corpus-$(fuzzer) $(fuzz_seeds_$(fuzzer)) &&) true

$(BUILD)/tests/fuzz/fuzz-%: $(BUILD)/tests/fuzz/fuzz-%.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(all_libs)

bench-bisect: deps-check
	@$(MAKE) --no-print-directory all
	@bench/bisect $(program) $(BENCH_ENDS)

check-asan: deps-check
	@$(MAKE) --no-print-directory BUILD=build/asan SANITIZE=address,undefined CFLAGS="-O1 -g" test

check-clang:
	@$(MAKE) --no-print-directory BUILD=build/clang CC=clang WERROR=1 all tests

# An include may point down only: cmd, bisect, matrix, {boards, kbuild, series}, base.
may_include = $(strip $(if $(filter cmd,$(1)),cmd bisect matrix boards kbuild series base, \
	$(if $(filter bisect,$(1)),bisect matrix boards kbuild series base, \
	$(if $(filter matrix,$(1)),matrix boards kbuild series base,$(1) base))))

check-layers:
	@$(foreach module,$(MODULES), \
		! grep -nE '^#include "' $(wildcard $(module)/*.[ch]) /dev/null | \
		grep -vE '"($(subst $(eval) ,|,$(call may_include,$(module))))/[a-z0-9-]+\.h"' || \
		{ echo "check-layers: $(module)/ may include from $(call may_include,$(module)) alone"; exit 1; };)
	@! grep -lE '^#include <(git2|sqlite3|gmime|archive|json-glib|libelf|gelf|elfutils|dwarf)' $(sources) $(headers) | \
		grep -vE '^(series/|bisect/|base/config\.c|matrix/(store|mail-index|report-json)\.c|boards/(initramfs|symbols)\.c|kbuild/elf-file\.c)' || \
		{ echo "check-layers: a library has one owner: see the folders' READMEs"; exit 1; }

check-headers: $(headers:%=$(BUILD)/%.alone)

$(BUILD)/%.h.alone: %.h
	@mkdir -p $(@D)
	@echo '#include "$<"' | $(CC) $(all_cflags) -fsyntax-only -x c -
	@touch $@

check-style:
	@tests/check-style $(sources) $(headers) $(test_sources) $(wildcard tests/*/*.h)

# ---- install ----

preludes := $(wildcard patches/toolchain*) patches/probe-flush

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(datadir)/boards/expect \
		$(DESTDIR)$(datadir)/boards/guest $(DESTDIR)$(datadir)/kbuild/toolchains \
		$(DESTDIR)$(datadir)/kbuild/tools/bin \
		$(addprefix $(DESTDIR)$(datadir)/,$(preludes)) \
		$(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install $(program) $(DESTDIR)$(PREFIX)/bin/bakeoff
	install -m 644 boards/*.board $(DESTDIR)$(datadir)/boards
	install -m 644 boards/expect/*.exp $(DESTDIR)$(datadir)/boards/expect
	install -m 644 boards/guest/*.[ch] $(DESTDIR)$(datadir)/boards/guest
	install -m 644 kbuild/toolchains/*.toolchain $(DESTDIR)$(datadir)/kbuild/toolchains
	install -m 644 kbuild/tools/*.h $(DESTDIR)$(datadir)/kbuild/tools
	install kbuild/tools/sandbox $(DESTDIR)$(datadir)/kbuild/tools
	install kbuild/tools/bin/* $(DESTDIR)$(datadir)/kbuild/tools/bin
	for prelude in $(preludes); do \
		install -m 644 $$prelude/* $(DESTDIR)$(datadir)/$$prelude || exit; \
	done
	install -m 644 docs/*.json $(DESTDIR)$(datadir)
	install -m 644 docs/*.1 $(DESTDIR)$(mandir)/man1
	install -m 644 docs/*.5 $(DESTDIR)$(mandir)/man5
	install -m 644 docs/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bakeoff

clean:
	rm -rf build bakeoff demo/.bakeoff

.PHONY: all tests deps deps-check demo check test check-linux bench bench-bisect bench-console fuzz check-asan check-clang check-layers \
	check-headers check-style install clean
.SECONDARY:
