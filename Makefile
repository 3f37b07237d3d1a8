# kubectl-istio.  Two commands do everything on a fresh Debian or Ubuntu:
#	make demo	the main job on a mesh that it makes itself
#	make check	the tests
# Everything that is made goes to build/.

PREFIX ?=	/usr/local
BINDIR ?=	$(PREFIX)/bin
MANDIR ?=	$(PREFIX)/share/man
DESTDIR ?=

VERSION :=	0.1.0
CC ?=		cc
O ?=		build
V ?=		0
SAN ?=

WARN =		-Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2 \
		-Wstrict-prototypes -Wpointer-arith -Wwrite-strings -Wundef
HARDEN =	-fPIE -fstack-protector-strong -fstack-clash-protection
FORTIFY =	-D_FORTIFY_SOURCE=2
OPT =		-O2 -g
CPPFLAGS +=	-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -Icommon -I. \
		-DVERSION='"$(VERSION)"'
CFLAGS +=	-std=c11 $(OPT) $(WARN) $(WERROR) $(HARDEN) $(FORTIFY) $(SAN) \
		-ffile-prefix-map=$(CURDIR)=. -fno-common
LDFLAGS +=	-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed \
		$(SAN)

.SECONDEXPANSION:

# ---- rooms, and the libraries that each may see (the layering's proof) ----
ROOMS :=	base pki doc rec mesh era observe cli
LIBS_pki =	-lcrypto
LIBS_doc =	-lyaml -ljson-c
room_src =	$(sort $(wildcard common/$(1)/*.c))
room_obj =	$(patsubst %.c,$(O)/obj/%.o,$(call room_src,$(1)))
plugin_obj =	$(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard plugins/$(1)/*.c)))

LIB :=		$(O)/lib/libkubectl-istio.a
LIB_OBJ :=	$(foreach r,$(ROOMS),$(call room_obj,$(r)))
TOOLS :=	$(patsubst cmd/%.c,%,$(sort $(wildcard cmd/kubectl-istio*.c)))
BINS :=		$(TOOLS:%=$(O)/bin/%)
ALL_LIBS =	$(LIBS_doc) $(LIBS_pki)

ifeq ($(V),0)
Q = @
say = @printf '  %-7s %s\n'
else
Q =
say = @:
endif

.PHONY: all
all: $(BINS)

-include tests/tests.mk

$(O)/obj/%.o: %.c | deps
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	$(say) AR $@
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(O)/bin/kubectl-istio: $(O)/obj/cmd/kubectl-istio.o $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(O)/bin/kubectl-istio-%: $(O)/obj/cmd/kubectl-istio-%.o \
    $$(call plugin_obj,%) $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)

.PHONY: deps
deps:

.PHONY: clean
clean:
	rm -rf $(O)
