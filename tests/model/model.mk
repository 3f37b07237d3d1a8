# make check-model: the protocol of a rotation, every state of it, by spin; its
# searches and counterexamples are left in $(O)/model.
.PHONY: check-model
check-model: $(call deps,model)
	@mkdir -p $(O)/log
	@tests/model/run $(O)/model >$(O)/log/model; cat $(O)/log/model
	@tests/count $(O)/log/model
