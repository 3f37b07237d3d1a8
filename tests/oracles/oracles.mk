# make check-oracles: 10,000 chains and 20,000 mutants, judged by our three
# rule sets and by the verifiers that they stand for.
ORACLES =	$(O)/oracles
BORING_LIB ?=	$(firstword $(wildcard /usr/lib/*/android))
SEED ?=		1
CHAINS ?=	10000
MUTANTS ?=	20000

$(ORACLES)/generate: tests/oracles/generate.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< -lcrypto
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

.PHONY: check-oracles
check-oracles: $(call deps,oracles) $(ORACLES)/generate $(ORACLES)/openssl \
    $(ORACLES)/boringssl $(ORACLES)/go $(ORACLES)/ours
	@tests/oracles/run $(ORACLES) $(CHAINS) $(MUTANTS) $(SEED)
