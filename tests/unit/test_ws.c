/* WebSocket frames both ways, and the channels that they carry. */
#include "tests/unit/unit.h"

#include "kube/channel.h"
#include "kube/ws.h"

#define FRAME_MAX 1000

/* What a sink has had: every message as "[bytes]". */
struct got {
	char	text[4096];
	int	fail;		/* at the first part */
};

static int
on_part(void *arg, int begins, const unsigned char *p, size_t n,
    struct err *e)
{
	struct got *g = arg;
	size_t len = strlen(g->text);

	assert_true(n > 0);
	if (g->fail)
		return err_set(e, ERR_IO, "the sink fails");
	snprintf(g->text + len, sizeof(g->text) - len, "%s%.*s",
	    begins ? "/" : "", (int)n, (const char *)p);
	return 0;
}

/* A frame of the server's; n up to 125. */
#define F(op, len) (char)(op), (char)(len)
#define FIN 0x80
#define BIN 2
#define CLOSE 8
#define PING 9
#define PONG 10

/* What is fed, a C string of frames with its length. */
#define FRAMES(s) s, sizeof(s) - 1

static const struct {
	const char	*p;
	size_t		 n;
	enum err_class	 class;
	const char	*want;	/* what came, or the message */
	int		 code;	/* of a close; 0: none */
} streams[] = {
	{ FRAMES(""), ERR_NONE, "", 0 },
	{ FRAMES("\x82\x03" "abc"), ERR_NONE, "/abc", 0 },
	{ FRAMES("\x82\x00\x82\x01" "a"), ERR_NONE, "/a", 0 },
	{ FRAMES("\x02\x01" "a\x00\x00\x00\x01" "b\x80\x01" "c\x82\x01" "d"),
	    ERR_NONE, "/abc/d", 0 },
	/* an empty first part */
	{ FRAMES("\x02\x00\x80\x02" "ab"), ERR_NONE, "/ab", 0 },
	/* control frames within a message */
	{ FRAMES("\x02\x01" "a\x89\x02" "hi\x8a\x01x\x80\x01" "b"), ERR_NONE,
	    "/ab", 0 },
	{ FRAMES("\x82\x7e\x00\x7e" "0123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345678901234"
	    "567890123456789012345"), ERR_NONE, "/0123456789012345678901234567"
	    "89012345678901234567890123456789012345678901234567890123456789012"
	    "345678901234567890123456789012345", 0 },
	{ FRAMES("\x88\x00\x82\x01" "a"), ERR_NONE, "", 1005 },
	{ FRAMES("\x88\x04\x03\xe8" "ok"), ERR_NONE, "", 1000 },
	{ FRAMES("\x82\x01" "a\x88\x02\x03\xf3\xff\xff"), ERR_NONE, "/a",
	    1011 },
	/* refused */
	{ FRAMES("\x81\x01" "a"), ERR_FORMAT, "the server sent a message of "
	    "text", 0 },
	{ FRAMES("\x82\x7e\x03\xe9x"), ERR_LIMIT, "the server sent a frame of "
	    "1001 bytes, over the limit of 1000", 0 },
	{ FRAMES("\x02\x01" "a\x80\x7f\x7f\xff\xff\xff\xff\xff\xff\xffx"),
	    ERR_LIMIT, "the server sent a frame of 9223372036854775807 bytes, "
	    "over the limit of 1000", 0 },
	{ FRAMES("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"), ERR_FORMAT,
	    "the server broke the WebSocket protocol", 0 },
	/* a length that is not the shortest */
	{ FRAMES("\x82\x7e\x00\x01" "a"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x82\x81\x00\x00\x00\x00" "a"), ERR_FORMAT,
	    "the server broke", 0 },
	{ FRAMES("\xc2\x01" "a"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x83\x01" "a"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x80\x01" "a"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x02\x01" "a\x82\x01" "b"), ERR_FORMAT,
	    "the server broke", 0 },
	{ FRAMES("\x09\x01" "a"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x89\x7e\x00\x7e"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x88\x01\x03"), ERR_FORMAT, "the server broke", 0 },
	{ FRAMES("\x88\x02\x03\xed"), ERR_FORMAT, "the server broke", 0 },
};

static void
feed(size_t i, size_t step)
{
	struct got g = { "", 0 };
	const struct ws_sink sink = { on_part, &g };
	struct err e = ERR_INIT;
	const char *reason, *got;
	struct ws *w;
	size_t at, n;
	unsigned code;
	int ret = 0;

	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	for (at = 0; ret == 0 && at < streams[i].n; at += n) {
		n = streams[i].n - at < step ? streams[i].n - at : step;
		ret = ws_feed(w, (const unsigned char *)streams[i].p + at, n,
		    &e);
	}
	got = ret == -1 ? e.msg : g.text;
	if (e.class != streams[i].class || ret != (e.class == ERR_NONE ? 0 :
	    -1) || strncmp(got, streams[i].want, ret == -1 ?
	    strlen(streams[i].want) : sizeof(g.text)) != 0)
		fail_msg("%zu in steps of %zu: %d %s", i, step, ret, got);
	assert_int_equal(ws_closed(w, &code, &reason), streams[i].code != 0);
	assert_int_equal(code, streams[i].code);
	ws_free(w);
}

static void
test_streams(void **state)
{
	size_t i, step;

	(void)state;
	for (i = 0; i < COUNT(streams); i++)
		for (step = 1; step < 200; step += step < 10 ? 1 : 47)
			feed(i, step);
}

/* One frame that is to be sent, unmasked, as "op:text"; it is taken off. */
static void
sent(struct ws *w, char *out, size_t size, unsigned char mask[4])
{
	struct buf *b = ws_pending(w);
	size_t i, n;

	assert_true(b->len >= 6);
	n = b->p[1] & 0x7f;
	assert_true((b->p[0] & 0xf0) == FIN && (b->p[1] & 0x80) && n < 126);
	assert_true(b->len >= 6 + n && size > 6 + n);
	memcpy(mask, b->p + 2, 4);
	i = (size_t)snprintf(out, size, "%d:", b->p[0] & 0x0f);
	for (size_t j = 0; j < n; j++)
		out[i++] = (char)(b->p[6 + j] ^ mask[j % 4]);
	out[i] = '\0';
	buf_consume(b, 6 + n);
}

static void
test_sending(void **state)
{
	struct got g = { "", 0 };
	const struct ws_sink sink = { on_part, &g };
	struct err e = ERR_INIT;
	unsigned char one[4], two[4];
	char text[256];
	struct ws *w;

	(void)state;
	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	assert_int_equal(ws_pending(w)->len, 0);
	assert_int_equal(ws_feed(w, (const unsigned char *)"\x89\x02hi\x89"
	    "\x00", 6, &e), 0);
	sent(w, text, sizeof(text), one);
	assert_string_equal(text, "10:hi");
	sent(w, text, sizeof(text), two);
	assert_string_equal(text, "10:");
	/* every frame has its own */
	assert_memory_not_equal(one, two, 4);
	assert_int_equal(ws_send(w, "abc", 3, &e), 0);
	sent(w, text, sizeof(text), one);
	assert_string_equal(text, "2:abc");
	assert_int_equal(ws_close(w, &e), 0);
	sent(w, text, sizeof(text), one);
	assert_memory_equal(text, "8:\x03\xe8", 4);
	assert_int_equal(ws_send(w, "abc", 3, &e), -1);
	assert_int_equal(ws_pending(w)->len, 0);
	ws_free(w);
	/* a close is answered */
	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	assert_int_equal(ws_feed(w, (const unsigned char *)"\x88\x02\x03\xe9",
	    4, &e), 0);
	sent(w, text, sizeof(text), one);
	assert_memory_equal(text, "8:\x03\xe9", 4);
	ws_free(w);
}

static void
test_limits(void **state)
{
	static const unsigned char ping[2] = { FIN | PING, 0 };
	unsigned char many[2 * (WS_PINGS_MAX + 1)];
	struct got g = { "", 0 };
	const struct ws_sink sink = { on_part, &g };
	struct err e = ERR_INIT;
	struct ws *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(many); i++)
		many[i] = ping[i % 2];
	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	for (i = 0; i < 10; i++) {
		assert_int_equal(ws_feed(w, many, sizeof(many) - 2, &e), 0);
		assert_int_equal(ws_pending(w)->len, WS_PINGS_MAX * 6);
		buf_reset(ws_pending(w));
	}
	assert_int_equal(ws_feed(w, many, sizeof(many), &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	ws_free(w);
	/* who does not take what is to be sent */
	memset(&e, 0, sizeof(e));
	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	for (i = 0; i < WS_SEND_MAX && ws_feed(w, ping, 2, &e) == 0; i++)
		continue;
	assert_int_equal(e.class, ERR_LIMIT);
	assert_int_equal(i, WS_SEND_MAX / 6);
	ws_free(w);
	/* a sink that fails */
	g.fail = 1;
	assert_int_equal(ws_new(&sink, FRAME_MAX, &w, &e), 0);
	assert_int_equal(ws_feed(w, (const unsigned char *)"\x82\x01" "a"
	    "\x82\x01" "b", 6, &e), -1);
	assert_string_equal(e.msg, "the sink fails");
	ws_free(w);
}

static void
test_keys(void **state)
{
	char key[WS_KEY], other[WS_KEY], accept[WS_ACCEPT];
	struct err e = ERR_INIT;

	(void)state;
	/* RFC 6455 section 1.3 */
	assert_int_equal(ws_accept("dGhlIHNhbXBsZSBub25jZQ==", accept, &e),
	    0);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_int_equal(ws_key(key, &e), 0);
	assert_int_equal(ws_key(other, &e), 0);
	assert_int_equal(strlen(key), 24);
	assert_string_not_equal(key, other);
}

/* ---- channels ---- */

#define FAILURE(more) "\3{\"metadata\":{},\"status\":\"Failure\"," more "}"
#define EXIT(code) FAILURE("\"reason\":\"NonZeroExitCode\",\"details\":" \
	"{\"causes\":[{\"reason\":\"x\",\"message\":\"7\"},{\"reason\":" \
	"\"ExitCode\",\"message\":" code "}]}")

static const struct {
	const char	*messages[4];
	int		 ret;
	int		 exit_status;
	const char	*out;
	const char	*text;		/* of stderr, or the message */
} talks[] = {
	{ { "\1a", "\2b", "\1c", "\2d" }, 0, -1, "ac", "bd" },
	{ { "\1a", "\3{\"metadata\":{},\"status\":\"Success\"}", "\1b" }, 1,
	    0, "ab", "" },
	{ { EXIT("\"3\"") }, 1, 3, "", "" },
	{ { EXIT("\"255\"") }, 1, 255, "", "" },
	{ { "\3{\"status\":\"Fail", "\1x", "\3ure\"}" }, -1, -1, "x",
	    "the command did not run: the server does not say why" },
	{ { "\3{\"status\":\"Succ" }, 0, -1, "", "" },
	{ { "\3{\"status\":\"Success\",\"x\":\"}\"" }, 0, -1, "", "" },
	{ { "\3{\"status\":\"Success\",\"x\":\"\\\"}" }, 0, -1, "", "" },
	{ { "\3{\"status\":\"Success\",\"x\":{}" }, 0, -1, "", "" },
	{ { "\1", "\2", "\3", "\xff\1" }, 0, -1, "", "" },
	{ { "\4x", "\xff\1", "\1a" }, 0, -1, "a", "" },
	{ { EXIT("3") }, -1, -1, "", "the command failed, and the server did "
	    "not say with what exit status" },
	{ { EXIT("\"\"") }, -1, -1, "", "the command failed, and" },
	{ { EXIT("\"-1\"") }, -1, -1, "", "the command failed, and" },
	{ { EXIT("\"9999999999\"") }, -1, -1, "", "the command failed, and" },
	{ { FAILURE("\"reason\":\"NonZeroExitCode\"") }, -1, -1, "",
	    "the command failed, and" },
	{ { FAILURE("\"reason\":\"InternalError\",\"message\":\"no\"") }, -1,
	    -1, "", "the command did not run: no" },
	{ { "\3{\"status\":\"Maybe\"}" }, -1, -1, "", "the server did not say "
	    "how the command ended" },
	{ { "\3{}" }, -1, -1, "", "the server did not say" },
	{ { "\3broken" }, -1, -1, "", "the server did not say how the command "
	    "ended: its error channel is no Status" },
	{ { "\3{\"status\":\"Success\"}{\"status\":\"Success\"}" }, -1, -1,
	    "", "the server did not say" },
};

static void
test_channels(void **state)
{
	struct channel c;
	const char *m, *got;
	struct err e;
	size_t i, j, cut;
	int ret, status;

	(void)state;
	channel_init(&c, 1000);
	for (i = 0; i < COUNT(talks); i++) {
		channel_reset(&c);
		memset(&e, 0, sizeof(e));
		for (j = 0; j < 4 && talks[i].messages[j] != NULL; j++) {
			/* in two parts where it has two */
			m = talks[i].messages[j];
			cut = 1 + strlen(m) / 2;
			if (cut > strlen(m))
				cut = strlen(m);
			assert_int_equal(channel_part(&c, 1,
			    (const unsigned char *)m, cut, &e), 0);
			assert_int_equal(channel_part(&c, 0,
			    (const unsigned char *)m + cut, strlen(m) - cut,
			    &e), 0);
		}
		ret = channel_end(&c, &status, &e);
		got = ret == -1 ? e.msg : buf_str(&c.text);
		if (ret != talks[i].ret || status != talks[i].exit_status ||
		    strcmp(buf_str(&c.out), talks[i].out) != 0 ||
		    strncmp(got, talks[i].text, strlen(talks[i].text)) != 0)
			fail_msg("%zu: %d %d '%s' '%s'", i, ret, status,
			    buf_str(&c.out), got);
		assert_int_equal(e.class != ERR_NONE, ret == -1);
	}
	channel_release(&c);
}

static void
test_channel_limits(void **state)
{
	unsigned char part[1025];
	struct err e = ERR_INIT;
	struct channel c;
	size_t i;

	(void)state;
	memset(part, 'x', sizeof(part));
	channel_init(&c, 1023);
	part[0] = 1;
	assert_int_equal(channel_part(&c, 1, part, 1024, &e), 0);
	assert_int_equal(channel_part(&c, 1, part, 1, &e), 0);
	assert_int_equal(channel_part(&c, 0, part, 1, &e), -1);
	assert_string_equal(e.msg, "the command's stdout is over the limit of "
	    "1023 bytes");
	/* of stderr the beginning is kept, and not everything is read */
	part[0] = 2;
	for (i = 0; i < (CHANNEL_NOISE_MAX + CHANNEL_TEXT) / 1024; i++)
		assert_int_equal(channel_part(&c, 1, part, 1025, &e), 0);
	assert_int_equal(c.text.len, CHANNEL_TEXT);
	assert_int_equal(channel_part(&c, 1, part, 2, &e), -1);
	assert_string_equal(e.msg, "the command's stderr is over the limit of "
	    "1048576 bytes");
	channel_reset(&c);
	part[0] = 3;
	for (i = 0; i < CHANNEL_STATUS_MAX / 1024; i++)
		assert_int_equal(channel_part(&c, 1, part, 1025, &e), 0);
	assert_int_equal(channel_part(&c, 1, part, 2, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	channel_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_sending),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_channel_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
