# The tests.  Counting: every runner prints TAP or cmocka's lines, and
# tests/count adds them up to "N passed, N failed".

# ---- unit: one program a module, linked with exactly the rooms it may see ----
# A test that needs more does not link: this list is the proof of the layers.
UNIT_err =	base
UNIT_buf =	base
UNIT_when =	base
UNIT_rule =	base
UNIT_cert =	base pki
UNIT_bundle =	base pki
UNIT_key =	base pki
UNIT_b64 =	base pki
UNIT_leaf =	base pki
UNIT_chain =	base pki
UNIT_doc =	base doc
UNIT_yaml =	base doc
UNIT_json =	base doc
UNIT_rec =	base rec
UNIT_escape =	base rec
UNIT_classic =	base rec
UNIT_cli =	base rec cli
UNIT_complete =	base rec cli
UNIT_tally =	base rec cli
UNIT_era =	base pki mesh era
UNIT_rootcheck = base pki mesh era
UNIT_proxyver = base pki mesh era
UNIT_certverify = base pki mesh era
UNIT_rotate =	base pki mesh era
UNIT_rotate_world = base pki mesh era
UNIT_rotate_leaves = base pki
UNIT_rotate_left = base
UNIT_rotate_plain = base pki
UNIT_pages =	base pki mesh era
UNIT_scope =	base pki mesh era
UNIT_probe =	base pki
UNIT_resign =	base pki
UNIT_resign_refused = base pki
UNIT_cms =	base pki
UNIT_image =	base pki mesh era
UNIT_hashset =	base pki
UNIT_proxy =	base pki doc kube
UNIT_trust =	base pki doc kube
UNIT_cred =	base pki doc kube
UNIT_body =	base pki doc kube
UNIT_watch =	base pki doc kube
UNIT_envoy =	base pki doc mesh era kube observe
UNIT_keep =	base pki doc mesh era kube observe
UNIT_version_answer = base pki doc mesh era kube observe
UNIT_write =	base pki doc kube
UNIT_head =	base pki doc kube
UNIT_ws =	base pki doc kube
UNIT_point =
UNIT_backup =	base pki
UNIT_backup_fail = base pki

# a plugin that is not named as its test is
UNIT_PLUGIN_rotate_world = rotate
UNIT_PLUGIN_pages = rootcheck proxyver certverify rotate

# what a test links of cmd/, and what it puts itself in the place of
BACKUP_OBJ =	$(addprefix rotate/,backup backup_dir backup_file \
		backup_path)
UNIT_CMD_backup = $(BACKUP_OBJ)
UNIT_CMD_rotate_leaves = rotate/leaves
UNIT_CMD_rotate_left = rotate/left
UNIT_CMD_rotate_plain = rotate/leaves
UNIT_CMD_backup_fail = $(BACKUP_OBJ)
UNIT_WRAP_backup_fail = mkdirat openat fchmod write fsync close renameat

UNIT_BIN :=	$(patsubst tests/unit/%.c,$(O)/tests/%,\
		$(sort $(wildcard tests/unit/test_*.c)))

$(O)/obj/tests/%.o: | $(call deps,check)

$(O)/tests/test_%: $(O)/obj/tests/unit/test_%.o \
    $$(foreach r,$$(UNIT_$$*),$$(call room_obj,$$(r))) \
    $$(call plugin_obj,$$*) \
    $$(foreach p,$$(UNIT_PLUGIN_$$*),$$(call plugin_obj,$$(p))) \
    $$(addprefix $(O)/obj/cmd/,$$(addsuffix .o,$$(UNIT_CMD_$$*)))
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ \
	    $(UNIT_WRAP_$*:%=-Wl,--wrap=%) \
	    $(foreach r,$(UNIT_$*),$(LIBS_$(r))) \
	    $(if $(filter pki,$(UNIT_$*)),-lcrypto) -lcmocka

# ---- the maker of meshes: for the catalogue and the demo ----
MKMESH :=	$(O)/tests/mkmesh
$(MKMESH): $(patsubst %.c,$(O)/obj/%.o,$(sort $(wildcard tests/mkmesh/*.c))) \
    $(call room_obj,base)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ -lcrypto

export MKMESH_KEYS = $(abspath $(O))/keys

# ---- one write to an API server ----
KUBEWRITE :=	$(O)/tests/kubewrite
$(KUBEWRITE): $(O)/obj/tests/kubewrite/kubewrite.o \
    $(foreach r,base pki doc kube,$$(call room_obj,$(r)))
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ \
	    $(LIBS_kube) $(LIBS_doc) $(LIBS_pki)

# ---- rotate's filter, its input cut at every byte ----
ROTATECUT :=	$(O)/tests/rotatecut
$(ROTATECUT): $(O)/obj/tests/rotatecut/rotatecut.o \
    $(O)/obj/cmd/kubectl-istio-rotate.o $$(call cmd_obj,rotate) \
    $$(foreach p,rotate $(PLUGINS_rotate),$$(call plugin_obj,$$p)) $(LIB)
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -Wl,--wrap=main -o $@ $^ \
	    $(ALL_LIBS)

# ---- one command in many pods ----
KUBEEXEC :=	$(O)/tests/kubeexec
$(KUBEEXEC): $(O)/obj/tests/kubeexec/kubeexec.o \
    $(foreach r,base pki doc kube,$$(call room_obj,$(r)))
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ \
	    $(LIBS_kube) $(LIBS_doc) $(LIBS_pki)

# ---- make check ----
.PHONY: check unit cli catalogue kubeconfig mutants
check: unit cli catalogue kubeconfig mutants
	@tests/count $(O)/log/unit $(O)/log/cli $(O)/log/catalogue \
	    $(O)/log/kubeconfig $(O)/log/mutants

unit: $(call deps,check) $(UNIT_BIN)
	@mkdir -p $(O)/log
	@tests/run-unit $(O)/log/unit $(UNIT_BIN)

cli: $(call deps,check) $(BINS) $(MKMESH) $(KUBEWRITE) $(KUBEEXEC) $(ROTATECUT)
	@mkdir -p $(O)/log
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    KUBEWRITE=$(abspath $(KUBEWRITE)) \
	    KUBEEXEC=$(abspath $(KUBEEXEC)) \
	    ROTATECUT=$(abspath $(ROTATECUT)) \
	    TMP=$(abspath $(O))/tmp tests/run-cli $(O)/log/cli

catalogue: $(call deps,check) $(BINS) $(MKMESH)
	@mkdir -p $(O)/log
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    OUT=$(abspath $(O))/catalogue tests/catalogue/run \
	    >$(O)/log/catalogue; s=$$?; \
	    grep -v '^ok' $(O)/log/catalogue; exit $$s

# what kubectl made of each, and what we make of it
kubeconfig: $(call deps,check) $(BINS)
	@mkdir -p $(O)/log
	@tests/kubeconfig/run $(O)/bin/kubectl-istio-rootcheck \
	    $(O)/tmp/kubeconfig >$(O)/log/kubeconfig; s=$$?; \
	    grep -v '^ok' $(O)/log/kubeconfig; exit $$s

# 11,200 broken kubeconfigs, and what kubectl made of each
KC_MUTANTS :=	$(O)/tests/mutants
$(KC_MUTANTS): $(patsubst %.c,$(O)/obj/%.o,\
    $(sort $(wildcard tests/kubeconfig/*.c))) \
    $(foreach r,base pki doc kube,$$(call room_obj,$(r)))
	$(say) LD $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CFLAGS) $(KI_LDFLAGS) -o $@ $^ \
	    $(LIBS_kube) $(LIBS_doc) $(LIBS_pki)

mutants: $(call deps,check) $(KC_MUTANTS)
	@mkdir -p $(O)/log $(O)/tmp
	@tests/server/pki $(O)/tmp/mutants-pki
	@$(KC_MUTANTS) tests/kubeconfig/bases tests/kubeconfig/mutants.golden \
	    $(O)/tmp/mutants $(O)/tmp/mutants-pki >$(O)/log/mutants; s=$$?; \
	    grep -v '^ok' $(O)/log/mutants; exit $$s

# ---- on a real control plane, which tests/cluster/up builds and starts ----
.PHONY: check-cluster
check-cluster: $(call deps,check) $(call deps,cluster) $(BINS) $(MKMESH) \
    $(KUBEWRITE) $(KUBEEXEC) $(addprefix $(O)/bench/,genpods loadpods \
    kubelet execfloor rusage) \
    $(if $(filter 0,$(shell id -u)),$(call deps,node))
	@mkdir -p $(O)/log
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    KUBEWRITE=$(abspath $(KUBEWRITE)) \
	    KUBEEXEC=$(abspath $(KUBEEXEC)) \
	    LOADPODS=$(abspath $(O))/bench/loadpods BENCH=$(abspath $(O))/bench \
	    TMP=$(abspath $(O))/tmp tests/cluster/run $(O)/log/cluster

# ---- what goes wrong: one after the other, and all of them ----
.PHONY: check-torture check-kills check-failing check-mutants check-valgrind
check-torture:
	@s=0; for t in failing mutants valgrind kills; do \
		$(MAKE) --no-print-directory check-$$t || s=1; \
	done; exit $$s

# rotate, killed at each of its points; a tree of its own has them
TORTURE :=	$(O)/torture
check-kills: $(call deps,check) $(call deps,cluster) \
    $(O)/bin/kubectl-istio-certverify $(MKMESH)
	@$(MAKE) --no-print-directory O=$(TORTURE) \
	    CPPFLAGS='$(CPPFLAGS) -DKI_POINTS -DPOLL_MS=200 -DPOLL_LOOKS=1' \
	    $(TORTURE)/bin/kubectl-istio-rotate
	@mkdir -p $(O)/log
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    ROTATE=$(abspath $(TORTURE))/bin/kubectl-istio-rotate \
	    TMP=$(abspath $(O))/tmp tests/torture/run $(O)/log/torture

# all the tools with one call failing: theirs are led to fail.c
FAILING :=	$(O)/failing
FAIL_WRAP :=	malloc calloc realloc reallocarray strdup strndup read pread \
		fopen fdopen pipe mkdirat open openat write fsync fwrite fputs \
		fputc fflush vfprintf fprintf CRYPTO_set_mem_functions
$(FAILING)/fail.o: tests/torture/fail.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O1 -g -Wall -Wextra -fPIC -c -o $@ $<
$(FAILING)/bin/fail_lib.so: tests/torture/fail_lib.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -fPIC -shared \
	    -o $@ $<
check-failing: $(call deps,check) $(MKMESH) $(FAILING)/fail.o \
    $(FAILING)/bin/fail_lib.so
	@$(MAKE) --no-print-directory O=$(FAILING) OPT='-O1 -g' FORTIFY= \
	    LDFLAGS='$(LDFLAGS) $(FAIL_WRAP:%=-Wl,--wrap=%) -rdynamic \
	    $(abspath $(FAILING))/fail.o -lcrypto' all
	@mkdir -p $(O)/log $(O)/tmp
	@FAILBIN=$(abspath $(FAILING))/bin MKMESH=$(abspath $(MKMESH)) \
	    TMP=$(abspath $(O))/tmp tests/torture/failing $(O)/log/failing; \
	    s=$$?; tests/count $(O)/log/failing; exit $$s

# with one answer of the API server mutated, ANSWERS times
ANSWERS ?=	10000
check-mutants: $(call deps,check) $(BINS)
	@mkdir -p $(O)/log $(O)/tmp
	@BIN=$(abspath $(O))/bin TMP=$(abspath $(O))/tmp \
	    tests/torture/mutants --runs $(ANSWERS) $(O)/log/mutants; \
	    s=$$?; tests/count $(O)/log/mutants; exit $$s

# a few runs of each tool under memcheck
check-valgrind: $(call deps,check) $(call deps,bench) $(BINS) $(MKMESH)
	@mkdir -p $(O)/log $(O)/tmp
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    TMP=$(abspath $(O))/tmp tests/torture/valgrind \
	    $(abspath $(O))/log/valgrind; \
	    s=$$?; tests/count $(O)/log/valgrind; exit $$s

# ---- make dist's archives, unpacked, and run where nothing else is ----
.PHONY: check-dist
$(O)/tests/jail: tests/dist/jail.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O2 $(WARN) -o $@ $<
check-dist: dist $(call deps,check) $(BINS) $(MKMESH) $(KUBEEXEC) \
    $(KUBEWRITE) $(ROTATECUT) $(O)/tests/jail
	@mkdir -p $(O)/log $(O)/tmp
	@BIN=$(abspath $(O))/bin MKMESH=$(abspath $(MKMESH)) \
	    DIST=$(abspath $(DIST)) STATIC=$(abspath $(O))/static \
	    VERSION=$(VERSION) ARCHES='$(DIST_ARCHES)' \
	    TMPDIR=$(abspath $(O))/tmp bats --tap tests/dist \
	    >$(O)/log/dist 2>&1; s=$$?; \
	    grep -v '^ok' $(O)/log/dist | grep -v '^1\.\.'; exit $$s
	@MKMESH=$(abspath $(MKMESH)) KUBEWRITE=$(abspath $(KUBEWRITE)) \
	    KUBEEXEC=$(abspath $(KUBEEXEC)) ROTATECUT=$(abspath $(ROTATECUT)) \
	    TMP=$(abspath $(O))/tmp tests/dist/run-jailed $(O)/log/jailed \
	    $(DIST)/kubectl-istio-linux-amd64/kubectl-istio $(O)/tests/jail
	@tests/count $(O)/log/dist $(O)/log/jailed

# ---- make check under the sanitizers, in a tree of its own ----
.PHONY: check-asan
check-asan:
	@ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99 \
	    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:exitcode=99 \
	    $(MAKE) --no-print-directory O=$(O)/asan FORTIFY= OPT='-O1 -g' \
	    SAN='-fsanitize=address,undefined -fno-omit-frame-pointer' check

# ---- what of common/ and plugins/ make check runs; in a tree of its own ----
COVERAGE :=	$(O)/coverage
COVERAGE_WRAP := _exit execve
$(COVERAGE)/dump.o: tests/coverage/dump.c | $(call deps,build)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KI_CPPFLAGS) -std=c11 -O1 $(WARN) -fPIC -c -o $@ $<
.PHONY: coverage
# a test that fails there does not hide the figures, nor do they hide it
coverage: $(call deps,check) $(COVERAGE)/dump.o
	@find $(COVERAGE) -name '*.gcda' -delete
	@$(MAKE) --no-print-directory -k O=$(COVERAGE) OPT='-O0 -g' FORTIFY= \
	    SAN='--coverage -fprofile-update=atomic' \
	    LDFLAGS='$(LDFLAGS) $(COVERAGE_WRAP:%=-Wl,--wrap=%) \
	    $(abspath $(COVERAGE))/dump.o' check; s=$$?; \
	    tests/coverage/report $(COVERAGE) tests/coverage/judged && exit $$s

# ---- the demo ----
.PHONY: demo
demo: $(BINS) $(MKMESH)
	@O=$(O) tests/demo/run
# the picture of it in README
.PHONY: demo-picture
demo-picture: $(BINS) $(MKMESH)
	@O=$(O) tests/demo/picture tests/demo/run >$(O)/demo.svg
	@mv $(O)/demo.svg tests/demo/demo.svg

# ---- lint ----
SRC_C :=	$(sort $(wildcard cmd/*.c common/*/*.c plugins/*/*.c \
		tests/*/*.c))
SRC_H :=	$(sort $(wildcard common/*/*.h plugins/*/*.h tests/*/*.h))
.PHONY: lint
lint: $(call deps,check) $(call deps,lint) $(O)/gen/api.pb-c.c
	@tests/lint/run '$(CC)' '$(CLANG)' '$(subst ','\'',$(KI_CPPFLAGS))' \
	    '-std=c11 $(WARN)'

# ---- fuzz: one target a parser, corpora kept in tests/fuzz/corpus ----
FUZZ_ROOMS_json = base doc
FUZZ_ROOMS_yaml = base doc
FUZZ_ROOMS_pem =  base pki
FUZZ_ROOMS_cert = base pki
FUZZ_ROOMS_rec =  base rec
FUZZ_ROOMS_kubeconfig = base pki doc kube
FUZZ_ROOMS_body =  base pki doc kube
FUZZ_ROOMS_proto = base pki doc kube
FUZZ_ROOMS_cred =  base pki doc kube
FUZZ_ROOMS_watch = base pki doc kube
FUZZ_ROOMS_head =  base pki doc kube
FUZZ_ROOMS_ws =    base pki doc kube
FUZZ_ROOMS_pods =  base pki doc rec mesh era kube observe
FUZZ_PLUGINS_pods = proxyver
FUZZ_ROOMS_image = base pki mesh era
FUZZ_ROOMS_target = base rec cli
FUZZ_ROOMS_envoy = base pki doc rec mesh era kube observe
FUZZ_PLUGINS_envoy = certverify
FUZZ_ROOMS_version = base pki doc mesh era kube observe
FUZZ_PLUGINS_version = proxyver
FUZZ_TIME ?=	600
FUZZ_ALL :=	$(patsubst tests/fuzz/fuzz_%.c,%,\
		$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ ?=		$(FUZZ_ALL)
fuzz_src =	tests/fuzz/fuzz_$(1).c \
		$(foreach r,$(FUZZ_ROOMS_$(1)),$(wildcard common/$(r)/*.c) \
		$(patsubst common/$(r)/%.proto,$(O)/gen/%.pb-c.c,\
		$(wildcard common/$(r)/*.proto))) \
		$(foreach g,$(FUZZ_PLUGINS_$(1)),$(wildcard plugins/$(g)/*.c))
FUZZ_DEPS =	tests/tests.mk $(wildcard tests/fuzz/*.h common/*/*.h \
		plugins/*/*.h)
# limits that a small input can reach
FUZZ_LIMITS =	-DDOC_ITEM_MAX=1024 -DDOC_NODES_MAX=300 -DDOC_ALIAS_MAX=20
# a whole certificate is greater than that
$(O)/fuzz/cover_envoy: FUZZ_LIMITS =
fuzz_cc =	$(CLANG) $(KI_CPPFLAGS) $(FUZZ_LIMITS) -std=c11 -g -O1
fuzz_libs =	$(foreach r,$(FUZZ_ROOMS_$(1)),$(LIBS_$(r)))
# compiled once for all targets, and once more for the one without limits
fuzz_obj =	$(patsubst %.c,$(O)/fuzz/$(if $(filter envoy,$(1)),whole,obj)/%.o,\
		$(call fuzz_src,$(1)))
FUZZ_SAN =	-fsanitize=fuzzer-no-link,address,undefined

$(O)/fuzz/obj/%.o: %.c $(FUZZ_DEPS) | $(call deps,build) $(call deps,fuzz)
	@mkdir -p $(@D)
	$(Q)$(fuzz_cc) $(FUZZ_SAN) -c -o $@ $<
$(O)/fuzz/whole/%.o: FUZZ_LIMITS =
$(O)/fuzz/whole/%.o: %.c $(FUZZ_DEPS) | $(call deps,build) $(call deps,fuzz)
	@mkdir -p $(@D)
	$(Q)$(fuzz_cc) $(FUZZ_SAN) -c -o $@ $<
$(O)/fuzz/fuzz_%: $$(call fuzz_obj,$$*)
	$(say) FUZZ $@
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ \
	    $(call fuzz_libs,$*)
$(O)/fuzz/cover_%: $$(call fuzz_src,$$*) $(FUZZ_DEPS) | $(call deps,build) $(call deps,fuzz)
	$(say) FUZZ $@
	@mkdir -p $(@D)
	$(Q)$(fuzz_cc) -fsanitize=fuzzer -fprofile-instr-generate \
	    -fcoverage-mapping -o $@ $(call fuzz_src,$*) $(call fuzz_libs,$*)
, := ,

.PHONY: fuzz fuzz-regress fuzz-cover
# each target for FUZZ_TIME seconds, two at a time
fuzz: $(FUZZ:%=$(O)/fuzz/fuzz_%)
	@tests/fuzz/run fuzz $(O)/fuzz $(FUZZ_TIME) $(FUZZ)
# the kept corpora once through, as CI does
fuzz-regress: $(FUZZ:%=$(O)/fuzz/fuzz_%)
	@tests/fuzz/run regress $(O)/fuzz 0 $(FUZZ)
fuzz-cover: $(FUZZ:%=$(O)/fuzz/cover_%)
	@tests/fuzz/run cover $(O)/fuzz 0 $(FUZZ)

-include tests/oracles/oracles.mk
-include tests/bench/bench.mk
-include tests/model/model.mk
