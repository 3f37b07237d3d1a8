# make bench: ratios against a floor in the same run.  Instructions are counted
# (callgrind repeats them); CPU is the kernel's account; memory is the peak over
# a program with the same link line that does nothing, or the same GETs.
BENCH =	$(O)/bench
ITEMS ?= 5000

$(BENCH)/floor $(BENCH)/gets: tests/bench/loaded.h
$(BENCH)/%: tests/bench/%.c | $(call deps,build) $(call deps,bench)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< $(ALL_LIBS)
# as small as can be: its children's peaks begin with its own
$(BENCH)/rusage: tests/bench/rusage.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=c11 -O2 -Wall -o $@ $<

.PHONY: bench bench-files bench-cluster
bench: bench-files bench-cluster
bench-files: $(call deps,bench) $(BINS) $(BENCH)/genlist $(BENCH)/jsonc \
    $(BENCH)/floor $(BENCH)/rusage
	@tests/bench/run $(BENCH) $(O)/bin/kubectl-istio-rootcheck $(ITEMS)
bench-cluster: $(call deps,bench) $(call deps,cluster) $(BINS) $(MKMESH) \
    $(BENCH)/gets $(BENCH)/rusage
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    tests/bench/cluster $(abspath $(BENCH))
