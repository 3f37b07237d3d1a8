# make check-oracles: 10,000 chains and 20,000 mutants, judged by our three
# rule sets and by the verifiers that they stand for; then 10,000 triples of
# leaf, chain and trust set and 50,000 mutants of such, judged by the plugin;
# and what each makes of roots signed anew, and of such with one thing wrong.
ORACLES =	$(O)/oracles
BORING_LIB ?=	$(firstword $(wildcard /usr/lib/*/android))
SEED ?=		1
CHAINS ?=	10000
MUTANTS ?=	20000
TRIPLES ?=	10000
TRIPLE_MUTANTS ?= 50000

$(ORACLES)/generate: tests/oracles/generate.c tests/oracles/plan.h \
    | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< -lcrypto
$(ORACLES)/triples: $(patsubst %,tests/oracles/%,triples.c world.c mutate.c \
    triple.h plan.h) | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $(filter %.c,$^) \
	    -lcrypto
$(ORACLES)/openssl: tests/oracles/x509.c tests/oracles/case.h \
    | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< -lcrypto
$(ORACLES)/boringssl: tests/oracles/x509.c tests/oracles/case.h \
    | $(call deps,oracles)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -DBORING \
	    -I/usr/include/android -o $@ $< -L$(BORING_LIB) \
	    -Wl,-rpath,$(BORING_LIB) -l:libcrypto.so.0
$(ORACLES)/go: tests/oracles/verify.go | $(call deps,oracles)
	@mkdir -p $(@D)
	$(Q)GO111MODULE=off GOFLAGS= GOCACHE=$(abspath $(O))/gocache \
	    go build -o $@ $<
$(ORACLES)/ours: $(O)/obj/tests/oracles/ours.o $(call room_obj,base) \
    $(call room_obj,pki)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ -lcrypto
$(ORACLES)/resigned: $(O)/obj/tests/oracles/resigned.o \
    $(call room_obj,base) $(call room_obj,pki)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ -lcrypto
# the plugin, over as many rooms as it may see
$(ORACLES)/plugin: $(O)/obj/tests/oracles/plugin.o \
    $(call plugin_obj,certverify) \
    $(foreach r,base pki mesh era,$(call room_obj,$(r)))
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ -lcrypto

.PHONY: check-oracles
check-oracles: $(call deps,oracles) $(ORACLES)/generate $(ORACLES)/openssl \
    $(ORACLES)/boringssl $(ORACLES)/go $(ORACLES)/ours \
    $(ORACLES)/triples $(ORACLES)/plugin $(ORACLES)/resigned
	@tests/oracles/run $(ORACLES) $(CHAINS) $(MUTANTS) $(SEED) \
	    $(TRIPLES) $(TRIPLE_MUTANTS)
