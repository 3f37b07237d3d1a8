# make bench: ratios against a floor in the same run.  Instructions are counted
# (callgrind repeats them); CPU is the kernel's account; memory is the peak over
# a program with the same link line that does nothing, or the same GETs.
BENCH =	$(O)/bench
ITEMS ?= 5000
POD_COUNT ?= 20000
SECRET_COUNT ?= 5000
# empty: 20000 take five minutes to measure
SECRET_COUNT_BIG ?=
EXEC_COUNT ?= 2000

$(addprefix $(BENCH)/,floor gets lists loadpods execfloor): tests/bench/loaded.h
$(BENCH)/%: tests/bench/%.c | $(call deps,build) $(call deps,bench)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< $(ALL_LIBS)
# primes are looked for by a thread a core
$(BENCH)/gensecrets: tests/bench/gensecrets.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< -lcrypto -pthread
$(BENCH)/kubelet: tests/bench/kubelet.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -D_GNU_SOURCE -std=c11 -O2 -Wall -o $@ $< \
	    -lssl -lcrypto
# as small as can be: its children's peaks begin with its own
$(BENCH)/rusage: tests/bench/rusage.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=c11 -O2 -Wall -o $@ $<

# the tools' own objects, without their main()
$(BENCH)/walk: $(O)/obj/tests/bench/walk.o $(call plugin_obj,proxyver) \
    $(call plugin_obj,certverify) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# a number that CI compares: see tests/bench/instructions
.PHONY: check-instructions
check-instructions: $(call deps,bench) $(BENCH)/walk
	@CC='$(CC)' tests/bench/instructions $(BENCH)/walk

.PHONY: bench bench-files bench-cluster bench-pods bench-secrets bench-exec
bench: bench-files bench-cluster bench-pods bench-secrets bench-exec
bench-files: $(call deps,bench) $(BINS) $(BENCH)/genlist $(BENCH)/jsonc \
    $(BENCH)/floor $(BENCH)/rusage
	@tests/bench/run $(BENCH) $(O)/bin/kubectl-istio-rootcheck $(ITEMS)
bench-cluster: $(call deps,bench) $(call deps,cluster) $(BINS) $(MKMESH) \
    $(BENCH)/gets $(BENCH)/rusage
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    tests/bench/cluster $(abspath $(BENCH))
bench-pods: $(call deps,bench) $(call deps,cluster) $(BINS) \
    $(BENCH)/genpods $(BENCH)/loadpods $(BENCH)/lists $(BENCH)/rusage
	@BIN=$(abspath $(O))/bin POD_COUNT=$(POD_COUNT) \
	    tests/bench/pods $(abspath $(BENCH))
bench-secrets: $(call deps,bench) $(call deps,cluster) $(BINS) \
    $(BENCH)/gensecrets $(BENCH)/loadpods $(BENCH)/lists $(BENCH)/rusage
	@BIN=$(abspath $(O))/bin SECRET_COUNT=$(SECRET_COUNT) \
	    SECRET_COUNT_BIG=$(SECRET_COUNT_BIG) \
	    tests/bench/secrets $(abspath $(BENCH))
# what many pods take to be asked
EXEC_BENCH =	$(addprefix $(BENCH)/,genpods loadpods kubelet execfloor rusage)
bench-exec: $(call deps,bench) $(call deps,cluster) $(BINS) $(MKMESH) \
    $(EXEC_BENCH)
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    EXEC_COUNT=$(EXEC_COUNT) tests/bench/exec $(abspath $(BENCH))
