# make bench: ratios against a floor in the same run. Instructions are counted
# (callgrind repeats them); memory is the peak over a program with the same
# link line that does nothing.
BENCH =	$(O)/bench
ITEMS ?= 5000

$(BENCH)/%: tests/bench/%.c | $(call deps,build) $(call deps,bench)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 -Wall -o $@ $< $(ALL_LIBS)

.PHONY: bench
bench: $(call deps,bench) $(BINS) $(BENCH)/genlist $(BENCH)/jsonc \
    $(BENCH)/floor
	@tests/bench/run $(BENCH) $(O)/bin/kubectl-istio-rootcheck $(ITEMS)
