# Unit tests: one program a module, linked with exactly the rooms that it may
# see.  UNIT_<name> lists them; a test that needs more does not link.
UNIT_err =	base
UNIT_buf =	base
UNIT_when =	base
UNIT_rule =	base
UNIT_cert =	base pki
UNIT_bundle =	base pki
UNIT_key =	base pki
UNIT_b64 =	base pki
UNIT_chain =	base pki
UNIT_doc =	base doc
UNIT_yaml =	base doc
UNIT_json =	base doc
UNIT_rec =	base rec
UNIT_escape =	base rec
UNIT_classic =	base rec
UNIT_cli =	base rec cli
UNIT_tally =	base rec cli
UNIT_era =	base pki mesh era
UNIT_rootcheck = base pki mesh era

UNIT_SRC :=	$(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN :=	$(UNIT_SRC:tests/unit/%.c=$(O)/tests/%)
unit_plugin =	$(if $(wildcard plugins/$(1)),$(call plugin_obj,$(1)))

$(O)/tests/test_%: $(O)/obj/tests/unit/test_%.o \
    $$(foreach r,$$(UNIT_$$*),$$(call room_obj,$$(r))) \
    $$(call unit_plugin,$$*)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
	    $(foreach r,$(UNIT_$*),$(LIBS_$(r))) -lcmocka

.PHONY: unit
unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done
