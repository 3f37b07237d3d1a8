/* The readers of JSON and YAML, fed as badly as a pipe can feed them. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "doc/doc.h"

/* A source that gives at most `step` bytes at a time. */
struct drip {
	const char	*p;
	size_t		 len;
	size_t		 step;
};

static ssize_t
drip_read(void *arg, void *p, size_t n, struct err *e)
{
	struct drip *d = arg;

	(void)e;
	if (n > d->step)
		n = d->step;
	if (n > d->len)
		n = d->len;
	if (n > 0)
		memcpy(p, d->p, n);
	d->p += n;
	d->len -= n;
	return (ssize_t)n;
}

/* What was seen: "Kind/name;" an object, "!N;" a bad one. */
static int
on_item(void *arg, const struct node *obj, struct err *e)
{
	const char *kind = node_str(node_get(obj, "kind"), NULL);
	const char *name = node_str(node_path(obj, "metadata", "name",
	    (const char *)NULL), NULL);

	return buf_printf(arg, e, "%s/%s;", kind == NULL ? "-" : kind,
	    name == NULL ? "-" : name);
}

static int
on_bad(void *arg, size_t nth, const struct err *why, struct err *e)
{
	(void)why;
	return buf_printf(arg, e, "!%zu;", nth);
}

typedef int reader(const struct doc_source *, const struct doc_sink *,
    struct err *);

static int
read_as(reader *fn, const char *text, size_t len, size_t step,
    struct buf *seen, struct err *e)
{
	struct drip d = { text, len, step };
	struct doc_source src = { drip_read, &d };
	struct doc_sink sink = { on_item, on_bad, seen, NULL, 0 };

	buf_reset(seen);
	return fn(&src, &sink, e);
}

static const struct {
	reader		*fn;
	const char	*text;
	const char	*seen;		/* NULL: must be refused */
} cases[] = {
	{ doc_read_json, "{\"kind\":\"A\",\"metadata\":{\"name\":\"x\"}}",
	    "A/x;" },
	{ doc_read_json, "{\"apiVersion\":\"v1\",\"items\":[{\"kind\":\"A\"},"
	    "\n {\"kind\":\"B\"} ],\"kind\":\"List\"}", "A/-;B/-;" },
	{ doc_read_json, "{\"kind\":\"SecretList\",\"items\":[{},{}]}",
	    "Secret/-;Secret/-;" },
	{ doc_read_json, "{\"items\":[]}", "" },
	{ doc_read_json, "{\"kind\":\"X\",\"items\":[{\"kind\":\"A\"}]}",
	    "X/-;" },
	{ doc_read_json, "[{\"kind\":\"A\"},{\"kind\":\"B\"}]",
	    "A/-;B/-;" },
	{ doc_read_json, "{\"kind\":\"A\"}\n{\"kind\":\"B\"}", "A/-;B/-;" },
	{ doc_read_json, "{\"kind\":\"A\",\"kind\":\"B\"}", "B/-;" },
	{ doc_read_json, "{\"kind\":\"A\\u0041\\ud83d\\ude00\"}",
	    "AA\xf0\x9f\x98\x80/-;" },
	{ doc_read_json, "{\"kind\":\"]}\\\"[{\",\"a\":[[{}],1.5e3,true,"
	    "null]}", "]}\"[{/-;" },
	{ doc_read_json, "{\"items\":[1,{\"kind\":\"A\"},\"x\"]}",
	    "!1;A/-;!3;" },
	{ doc_read_json, "{\"kind\":\"A\x7f\"}", "A\x7f/-;" },
	{ doc_read_json, "{\"kind\":\"A\"", NULL },
	{ doc_read_json, "{\"kind\":A}", NULL },
	{ doc_read_json, "{\"kind\":\"A\",}", NULL },
	{ doc_read_json, "{\"kind\":\"A\"} x", NULL },
	{ doc_read_json, "{kind:\"A\"}", NULL },
	{ doc_read_json, "{\"items\":[{\"kind\":\"A\"},]}", NULL },
	{ doc_read_json, "{\"items\":[{\"kind\":\"A\"}", NULL },
	{ doc_read_json, "{\"kind\":\"\xff\"}", NULL },
	{ doc_read_json, "{\"a\":[}]}", NULL },
	{ doc_read_json, "{\"a\":1 2}", NULL },
	{ doc_read_yaml, "kind: A\nmetadata:\n  name: x\n", "A/x;" },
	{ doc_read_yaml, "apiVersion: v1\nitems:\n- kind: A\n- kind: B\n"
	    "kind: List\n", "A/-;B/-;" },
	{ doc_read_yaml, "kind: A\n---\n# nothing\n---\nkind: B\n...\n",
	    "A/-;B/-;" },
	{ doc_read_yaml, "- kind: A\n- kind: B\n", "A/-;B/-;" },
	{ doc_read_yaml, "kind: 'A'\nmetadata: {name: \"no\"}\n", "A/no;" },
	{ doc_read_yaml, "kind: A\nmetadata: {name: no}\n", "A/-;" },
	{ doc_read_yaml, "kind: A\nmetadata: {name: 0x1f}\n", "A/-;" },
	{ doc_read_yaml, "b: &b {name: x}\nkind: A\nmetadata: *b\n",
	    "A/x;" },
	{ doc_read_yaml, "b: &b {name: x}\nkind: A\nmetadata: {<<: *b}\n",
	    "A/x;" },
	{ doc_read_yaml, "b: &b {name: x}\nkind: A\n"
	    "metadata: {<<: *b, name: z}\n", "A/z;" },
	{ doc_read_yaml, "kind: |-\n  A\n", "A/-;" },
	{ doc_read_yaml, "kind: A\nkind: B\n", "B/-;" },
	/* explicit tags, and keys that are no strings: as kubectl has them */
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!str 1}\n", "A/1;" },
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!other 1}\n", "A/1;" },
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!int \"1\"}\n",
	    "A/-;" },
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!int x}\n", NULL },
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!null x}\n", NULL },
	{ doc_read_yaml, "kind: A\nmetadata: {name: !!binary eA==}\n", NULL },
	{ doc_read_yaml, "kind: A\nx: !!null\n", "A/-;" },
	{ doc_read_yaml, "kind: A\nx: .inf\n", NULL },
	{ doc_read_yaml, "kind: A\nx: -.NaN\n", NULL },
	{ doc_read_yaml, "kind: A\nx: '.inf'\n", "A/-;" },
	{ doc_read_yaml, "kind: A\n~: x\n", NULL },
	{ doc_read_yaml, "kind: A\nnull: x\n", NULL },
	{ doc_read_yaml, "kind: A\n'null': x\n", "A/-;" },
	{ doc_read_yaml, "kind: A\n!!int 1: x\n", NULL },
	{ doc_read_yaml, "!!str kind: A\n0x1f: x\n", "A/-;" },
	{ doc_read_yaml, "just text\n", NULL },
	{ doc_read_yaml, "kind: [A\n", NULL },
	{ doc_read_yaml, "kind: *nobody\n", NULL },
	{ doc_read_yaml, "a: &a [*a]\n", NULL },
	{ doc_read_yaml, "kind:\tA\n\tx: y\n", NULL },
	{ doc_read_yaml, "kind: \"A\n", NULL },
	{ doc_read_yaml, "kind: \xff\n", NULL },
	{ doc_read_yaml, "? [a]\n: b\n", NULL },
	{ doc_read_yaml, "<<: text\n", NULL },
	{ doc_read_yaml, "a: {<<: text}\n", NULL },
};

static void
in_any_step(void **state)
{
	static const size_t steps[] = { 1, 2, 7, 65536 };
	struct buf seen;
	struct err e;
	size_t i, s;
	int ret;

	(void)state;
	buf_init(&seen, 10000, "what was seen");
	for (i = 0; i < COUNT(cases); i++)
		for (s = 0; s < COUNT(steps); s++) {
			e.class = ERR_NONE;
			ret = read_as(cases[i].fn, cases[i].text,
			    strlen(cases[i].text), steps[s], &seen, &e);
			if (ret != (cases[i].seen == NULL ? -1 : 0))
				fail_msg("%s: %d %s", cases[i].text, ret,
				    e.msg);
			if (cases[i].seen != NULL)
				assert_string_equal(buf_str(&seen),
				    cases[i].seen);
			else
				assert_int_equal(e.class, ERR_FORMAT);
		}
	buf_release(&seen);
}

/* RFC 8259, section 7: control characters are escaped, wherever they stand. */
static void
control(void **state)
{
	char text[] = "{\"kind\":\"A\",\"a\":\"\\u0001\\n 0123456789 x\"}";
	const size_t begin = sizeof("{\"kind\":\"A\",\"a\":\"\\u0001\\n") - 1;
	struct buf seen;
	struct err e;
	size_t at, chunk;
	char was;
	int c;

	(void)state;
	buf_init(&seen, 10000, "what was seen");
	for (at = begin; at < sizeof(text) - 3; at++)
		for (c = 0; c <= 0x21; c++) {
			was = text[at];
			text[at] = (char)c;
			for (chunk = 1; chunk < 40; chunk += 19)
				assert_int_equal(read_as(doc_read_json, text,
				    sizeof(text) - 1, chunk, &seen, &e),
				    c < 0x20 ? -1 : 0);
			text[at] = was;
		}
	buf_release(&seen);
}

/* JSON that is cut off is never taken for the whole. */
static void
cut_anywhere(void **state)
{
	static const char text[] = "{\"apiVersion\":\"v1\",\"items\":["
	    "{\"kind\":"
	    "\"A\",\"a\":[1,{\"b\":\"\\\"\"}]},{\"kind\":\"B\"}],"
	    "\"kind\":\"List\"}";
	struct buf seen;
	struct err e;
	size_t n;

	(void)state;
	buf_init(&seen, 10000, "what was seen");
	for (n = 1; n < strlen(text); n++) {
		assert_int_equal(read_as(doc_read_json, text, n, 3, &seen,
		    &e), -1);
		assert_int_equal(e.class, ERR_FORMAT);
	}
	assert_int_equal(read_as(doc_read_json, text, n, 3, &seen, &e), 0);
	buf_release(&seen);
}

static char *
nested(const char *head, char open, size_t n)
{
	char *s = malloc(strlen(head) + n + 1);

	assert_non_null(s);
	memcpy(s, head, strlen(head));
	memset(s + strlen(head), open, n);
	s[strlen(head) + n] = '\0';
	return s;
}

/* An item that is too big or too deep is said, and its neighbours arrive. */
static void
limits(void **state)
{
	struct buf seen, text;
	struct err e;
	size_t i;
	char *s;

	(void)state;
	buf_init(&seen, 10000, "what was seen");
	buf_init(&text, 64u << 20, "a text");
	buf_puts(&text, "{\"items\":[{\"kind\":\"A\"},{\"kind\":\"", NULL);
	s = nested("", 'x', DOC_ITEM_MAX);
	buf_puts(&text, s, NULL);
	buf_puts(&text, "\"},{\"kind\":\"B\"},{\"a\":", NULL);
	for (i = 0; i < 100; i++)
		buf_putc(&text, '[', NULL);
	for (i = 0; i < 100; i++)
		buf_putc(&text, ']', NULL);
	buf_puts(&text, "},{\"kind\":\"C\"}]}", NULL);
	assert_int_equal(read_as(doc_read_json, buf_str(&text), text.len,
	    65536, &seen, &e), 0);
	assert_string_equal(buf_str(&seen), "A/-;!2;B/-;!4;C/-;");
	free(s);
	s = nested("a: ", '[', 100000);
	assert_int_equal(read_as(doc_read_yaml, s, strlen(s), 65536, &seen,
	    &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	free(s);
	s = nested("a: ", 'x', 2 * DOC_ITEM_MAX + 1000000);
	assert_int_equal(read_as(doc_read_yaml, s, strlen(s), 65536, &seen,
	    &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	free(s);
	buf_release(&text);
	buf_release(&seen);
}

static void
sniffing(void **state)
{
	static const struct {
		const char	*text;
		enum doc_form	 form;
	} looks[] = {
		{ "", DOC_EMPTY }, { " \n\t", DOC_EMPTY },
		{ "\n {", DOC_JSON }, { "[", DOC_JSON }, { "a: b", DOC_YAML },
		{ "---\n", DOC_YAML }, { "-----BEGIN X-----\n", DOC_PEM },
		{ "Bag Attributes\n-----BEGIN X-----\n", DOC_PEM },
		{ "a: |\n  -----BEGIN X-----\n", DOC_YAML },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(looks); i++)
		assert_int_equal(doc_sniff(looks[i].text,
		    strlen(looks[i].text)), looks[i].form);
}

static int
look_inside(void *arg, const struct node *obj, struct err *e)
{
	const struct node *n;
	size_t len;

	(void)e;
	*(int *)arg += 1;
	assert_int_equal(node_type(node_get(obj, "b")), NODE_BOOL);
	assert_int_equal(node_bool(node_get(obj, "b")), 1);
	assert_int_equal(node_bool(node_get(obj, "s")), -1);
	assert_int_equal(node_type(node_get(obj, "i")), NODE_NUMBER);
	assert_int_equal(node_type(node_get(obj, "none")), NODE_NULL);
	assert_null(node_get(obj, "none"));
	assert_true(node_has(obj, "null"));
	assert_false(node_has(obj, "none"));
	assert_null(node_str(node_get(obj, "i"), NULL));
	n = node_get(obj, "l");
	assert_int_equal(node_len(n), 2);
	assert_string_equal(node_str(node_at(n, 1), &len), "y");
	assert_int_equal(len, 1);
	assert_null(node_at(n, 2));
	assert_int_equal(node_len(obj), 0);
	assert_null(node_get(node_get(obj, "s"), "x"));
	node_wipe(node_get(obj, "s"));
	assert_memory_equal(node_str(node_get(obj, "s"), &len), "\0\0\0", 3);
	return 0;
}

static void
nodes(void **state)
{
	static const char json[] = "{\"b\":true,\"s\":\"abc\",\"i\":3,"
	    "\"null\":null,\"l\":[\"x\",\"y\"]}";
	static const char yaml[] = "b: yes\ns: abc\ni: 0x3\n\"null\": ~\n"
	    "l: [x, !!str y]\n";
	struct doc_text t = { json, strlen(json) };
	struct doc_source src = doc_text_source(&t);
	int seen = 0;
	struct doc_sink sink = { look_inside, NULL, &seen, NULL, 0 };

	(void)state;
	assert_int_equal(doc_read_json(&src, &sink, NULL), 0);
	t.p = yaml;
	t.len = strlen(yaml);
	assert_int_equal(doc_read_yaml(&src, &sink, NULL), 0);
	assert_int_equal(seen, 2);
}

static void
utf16(void **state)
{
	static const struct {
		const char	*in;
		size_t		 len;
		const char	*out;	/* NULL: refused */
	} words[] = {
		{ "\xff\xfe" "a\0\xac\x20", 6, "a\xe2\x82\xac" },
		{ "\xfe\xff" "\0a\x20\xac", 6, "a\xe2\x82\xac" },
		{ "\xff\xfe" "\x3d\xd8\0\xde", 6, "\xf0\x9f\x98\x80" },
		{ "\xef\xbb\xbf" "abc", 6, "abc" },
		{ "abc", 3, "abc" }, { "\xff", 1, "\xff" }, { "", 0, "" },
		{ "\xff\xfe" "a\0b", 5, NULL },
		{ "\xff\xfe" "\0\xde" "a\0", 6, NULL },
	};
	struct doc_decoder *dec;
	struct doc_source src;
	struct drip d;
	struct err e;
	char out[64];
	ssize_t got = 0;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(words); i++) {
		d.p = words[i].in;
		d.len = words[i].len;
		d.step = 1;
		src.read = drip_read;
		src.arg = &d;
		assert_int_equal(doc_decoder_new(&src, &dec, &e), 0);
		src = doc_decoder_source(dec);
		for (n = 0; (got = src.read(src.arg, out + n, 16, &e)) > 0;)
			n += (size_t)got;
		assert_int_equal(got, words[i].out == NULL ? -1 : 0);
		out[n] = '\0';
		if (words[i].out != NULL)
			assert_string_equal(out, words[i].out);
		doc_decoder_free(dec);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_step),
		cmocka_unit_test(control),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(limits),
		cmocka_unit_test(sniffing),
		cmocka_unit_test(nodes),
		cmocka_unit_test(utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
