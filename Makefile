# SPDX-License-Identifier: GPL-2.0-only
#
#   make            ./bakeoff
#   make demo       install what is missing, build, compare the 2007 fixes on the model kernel
#   make check      install what is missing, build, run the tests
#   make check-linux BAKEOFF_LINUX=/path/to/linux.git   the same on the real 2.6.22-rc5
#   make install PREFIX=/usr/local DESTDIR=
#
# Variables: CC, CFLAGS, WERROR=1 (warnings are errors, for developers), SANITIZE=address,undefined

CC ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
BUILD ?= build
WERROR ?= $(if $(wildcard .git),1,)

PACKAGES := glib-2.0 gio-2.0 gio-unix-2.0 libgit2 gmime-3.0 sqlite3 libarchive json-glib-1.0
MODULES := base series boards kbuild matrix bisect cmd

datadir := $(PREFIX)/share/bakeoff
mandir := $(PREFIX)/share/man

warnings := -Wall -Wextra -Wvla -Wmissing-prototypes -Wstrict-prototypes -Wshadow
warnings += -Wno-missing-field-initializers -Wdeclaration-after-statement
warnings += $(if $(findstring clang,$(CC)),,-Wjump-misses-init)
warnings := $(filter-out -Wdeclaration-after-statement,$(warnings))
all_cflags = -std=gnu11 -I. $(warnings) $(if $(WERROR),-Werror) $(CFLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
	-DBAKEOFF_DATADIR='"$(datadir)"' -DG_LOG_DOMAIN='"bakeoff"' $(shell pkg-config --cflags $(PACKAGES))
all_libs = $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(shell pkg-config --libs $(PACKAGES))

sources := $(sort $(wildcard $(addsuffix /*.c,$(MODULES))))
headers := $(sort $(wildcard $(addsuffix /*.h,$(MODULES))))
objects := $(sources:%.c=$(BUILD)/%.o)
library := $(filter-out $(BUILD)/cmd/main.o,$(objects))
test_sources := $(sort $(wildcard tests/*/test-*.c))
test_programs := $(test_sources:%.c=$(BUILD)/%)

all: bakeoff

bakeoff: $(objects)
	$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(all_libs)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(library)
	$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(all_libs)

-include $(objects:.o=.d) $(test_sources:%.c=$(BUILD)/%.d)

tests: $(test_programs)

.PHONY: all tests
.SECONDARY:
