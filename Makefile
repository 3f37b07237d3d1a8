# kubectl-istio.  Two commands do everything on a fresh Debian or Ubuntu:
#	make demo	the main job, on a mesh that it makes itself
#	make check	the tests
# What is missing to build they install themselves (.ci/deps).  Everything that
# is made goes to build/; make help lists the other targets.

PREFIX ?=	/usr/local
BINDIR ?=	$(PREFIX)/bin
MANDIR ?=	$(PREFIX)/share/man
BASHCOMPDIR ?=	$(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?=	$(PREFIX)/share/zsh/site-functions
DESTDIR ?=

VERSION :=	0.1.0
CC ?=		cc
CLANG ?=	clang
OBJCOPY ?=	objcopy
O ?=		build
V ?=		0

WARN =		-Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2 \
		-Wstrict-prototypes -Wpointer-arith -Wwrite-strings -Wundef
# what a hardened distribution build has; SAN=... replaces FORTIFY
HARDEN =	-fPIE -fstack-protector-strong -fstack-clash-protection
FORTIFY =	-D_FORTIFY_SOURCE=2
OPT =		-O2 -g
KI_CPPFLAGS =	-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Icommon -I. -I$(O)/gen \
		-DVERSION='"$(VERSION)"' $(CPPFLAGS)
KI_CFLAGS =	-std=c11 $(OPT) $(WARN) $(WERROR) $(HARDEN) $(FORTIFY) $(SAN) \
		-ffile-prefix-map=$(CURDIR)=. -fno-common $(CFLAGS)
KI_LDFLAGS =	-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
		$(SAN) $(LDFLAGS)

# ---- rooms, and the libraries that each may see (the layering's proof) ----
ROOMS :=	base pki doc rec mesh era kube observe cli
LIBS_pki =	-lcrypto
LIBS_doc =	-lyaml -ljson-c
LIBS_kube =	-lcurl -lprotobuf-c -lwslay
room_obj =	$(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard common/$(1)/*.c))) \
		$(patsubst common/$(1)/%.proto,$(O)/obj/gen/%.pb-c.o,\
		$(wildcard common/$(1)/*.proto))
plugin_obj =	$(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard plugins/$(1)/*.c)))
cmd_obj =	$(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard cmd/$(1)/*.c)))

LIB :=		$(O)/lib/libkubectl-istio.a
TOOLS :=	$(patsubst cmd/%.c,%,$(sort $(wildcard cmd/kubectl-istio*.c)))
BINS :=		$(TOOLS:%=$(O)/bin/%)
MANS :=		$(TOOLS:%=cmd/%.1)
ALL_LIBS =	$(LIBS_kube) $(LIBS_doc) $(LIBS_pki)

ifeq ($(V),0)
Q = @
say = @printf '  %-7s %s\n'
else
Q =
say = @:
endif

.SECONDEXPANSION:
.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: all
all: $(BINS)

# ---- what a target needs of the machine, looked at once a build ----
deps = $(O)/.deps-$(1)
$(O)/.deps-%:
	@mkdir -p $(@D)
	@.ci/deps $*
	@touch $@

# ---- building ----
$(O)/obj/%.o: %.c | $(call deps,build)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) $(KI_CFLAGS) -MMD -MP -c -o $@ $<

# protobuf-c's own code, from our messages
$(O)/gen/%.pb-c.c: common/kube/%.proto | $(call deps,build)
	$(say) PROTO $@
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(@D) --proto_path=$(<D) $<
$(O)/obj/gen/%.pb-c.o: $(O)/gen/%.pb-c.c
	$(say) CC $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) $(KI_CFLAGS) -w -c -o $@ $<
$(patsubst %,$(O)/obj/common/%.o,kube/message kube/proto observe/pod \
    observe/pods): $(O)/gen/api.pb-c.c

$(LIB): $(foreach r,$(ROOMS),$(call room_obj,$(r)))
	$(say) AR $@
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(O)/bin/kubectl-istio: $(O)/obj/cmd/kubectl-istio.o $(call cmd_obj,istio) \
    $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^

# whose judgement a tool joins with its own, in cmd/
PLUGINS_rotate = certverify proxyver

$(O)/bin/kubectl-istio-%: $(O)/obj/cmd/kubectl-istio-%.o \
    $$(call cmd_obj,$$*) $$(call plugin_obj,$$*) \
    $$(foreach p,$$(PLUGINS_$$*),$$(call plugin_obj,$$p)) $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ $(ALL_LIBS)

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

# ---- all the tools in one file, for who can install only one ----
# main() of each under the tool's name; cmd/kubectl-istio.c calls it
ONE :=		$(O)/one/kubectl-istio
WORDS :=	$(patsubst kubectl-istio-%,%,$(filter-out kubectl-istio,\
		$(TOOLS)))
$(O)/obj/one/%.o: $(O)/obj/cmd/kubectl-istio-%.o
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --redefine-sym main=$*_main $< $@
$(ONE): $(O)/obj/cmd/kubectl-istio.o $(call cmd_obj,istio) $(WORDS:%=$(O)/obj/one/%.o) \
    $(foreach w,$(WORDS),$$(call cmd_obj,$(w)) $$(call plugin_obj,$(w))) $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ $(ALL_LIBS)
.PHONY: one
one: $(ONE)

# ---- make dist: an archive for any Linux, and what krew wants ----
# $(O)/static/ARCH: a compiler and the libraries, by .ci/static
DIST_ARCHES ?=	amd64 arm64
DIST :=		$(O)/dist
ARCHIVES =	$(DIST_ARCHES:%=$(DIST)/kubectl-istio-linux-%.tar.gz)
DIST_LIBS =	-lcurl -lnghttp2 -lz -lssl -lprotobuf-c -lwslay

$(O)/static/.%: .ci/static .ci/source | $(call deps,dist)
	@[ $* = amd64 ] || .ci/deps dist-$*
	@.ci/static $* $(O)/static/$*
	@touch $@
# its own tree, its own make, which looks at every source
$(O)/static/build-%/one/kubectl-istio: FORCE | $(O)/static/.%
	@s=$(abspath $(O))/static/$*/bin; $(MAKE) --no-print-directory \
	    O=$(O)/static/build-$* CC=$$s/cc AR=$$s/ar OBJCOPY=$$s/objcopy \
	    LIBS_kube='$(DIST_LIBS)' SAN= one
.PHONY: FORCE
FORCE:
$(DIST)/kubectl-istio-linux-%.tar.gz: $(O)/static/build-%/one/kubectl-istio \
    LICENSE $(MANS) $(wildcard completions/*) .ci/archive
	$(say) TAR $@
	$(Q).ci/archive $< $(O)/static/$* $@ LICENSE $(MANS) \
	    $(wildcard completions/*)
$(DIST)/krew-manifest.yaml: krew-manifest.yaml $(ARCHIVES) .ci/manifest
	$(say) GEN $@
	$(Q).ci/manifest $< $(VERSION) $(ARCHIVES) >$@
# as "kubectl krew index add" wants it
$(DIST)/index/plugins/istio.yaml: $(DIST)/krew-manifest.yaml
	@mkdir -p $(@D)
	$(Q)cp $< $@
.PHONY: dist
dist: $(DIST)/index/plugins/istio.yaml
	@ls -l $(ARCHIVES)

# ---- installing: the tools under both of kubectl's spellings, their pages ----
.PHONY: install uninstall
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
	    $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR)
	install -m 755 -s $(BINS) $(DESTDIR)$(BINDIR)
	for t in $(filter-out kubectl-istio,$(TOOLS)); do \
		ln -sf $$t $(DESTDIR)$(BINDIR)/kubectl-istio_$${t#kubectl-istio-}; \
		ln -sf kubectl_complete$${t#kubectl} \
		    $(DESTDIR)$(BINDIR)/kubectl_complete-istio_$${t#kubectl-istio-}; \
	done
	install -m 644 $(MANS) $(DESTDIR)$(MANDIR)/man1
	install -m 755 $(wildcard completions/kubectl_complete-*) \
	    $(DESTDIR)$(BINDIR)
	install -m 644 completions/kubectl-istio.bash \
	    $(DESTDIR)$(BASHCOMPDIR)/kubectl-istio
	for t in $(filter-out kubectl-istio,$(TOOLS)); do \
		ln -sf kubectl-istio $(DESTDIR)$(BASHCOMPDIR)/$$t; \
	done
	install -m 644 completions/_kubectl-istio $(DESTDIR)$(ZSHCOMPDIR)

uninstall:
	for t in $(TOOLS); do \
		rm -f $(DESTDIR)$(BINDIR)/$$t $(DESTDIR)$(MANDIR)/man1/$$t.1 \
		    $(DESTDIR)$(BINDIR)/kubectl-istio_$${t#kubectl-istio-} \
		    $(DESTDIR)$(BINDIR)/kubectl_complete-istio_$${t#kubectl-istio-}; \
	done
	rm -f $(patsubst completions/%,$(DESTDIR)$(BINDIR)/%,$(wildcard \
	    completions/kubectl_complete-*))
	rm -f $(TOOLS:%=$(DESTDIR)$(BASHCOMPDIR)/%) \
	    $(DESTDIR)$(ZSHCOMPDIR)/_kubectl-istio

.PHONY: clean help
clean:
	rm -rf $(O)

help:
	@echo 'make demo           the tools over a mesh that it makes itself'
	@echo 'make demo-picture   a part of it as tests/demo/demo.svg, for README'
	@echo 'make check          the tests (no cluster, no network)'
	@echo 'make check-asan     the same under the sanitizers'
	@echo 'make coverage       what of common/ and plugins/ the same runs, by gcov'
	@echo 'make check-cluster  on a real API server, which it builds and starts'
	@echo 'make check-torture  rotate killed at each point of its way, each tool'
	@echo '                    with each call failing, memcheck, and 10,000 bad answers'
	@echo 'make check-valgrind a few runs of each tool under memcheck'
	@echo 'make check-oracles  chains against OpenSSL, BoringSSL and Go'
	@echo 'make check-model    a rotation, every state of it, by spin'
	@echo 'make lint           formatting, warnings of gcc and clang, man pages'
	@echo 'make fuzz           each fuzz target, FUZZ_TIME=600 seconds long'
	@echo 'make fuzz-cover     the lines that the kept corpora reach'
	@echo 'make bench          speed and memory, as ratios'
	@echo 'make check-instructions  instructions a pod, against the kept number'
	@echo 'make dist           archives that run on any Linux, and for krew'
	@echo 'make check-dist     what is in them, run where nothing else is'
	@echo 'make install        DESTDIR= PREFIX=$(PREFIX)'
	@echo 'make uninstall, make clean'

include tests/tests.mk
