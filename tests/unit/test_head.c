/* The head of an answer, the body of a refusal, and a 101: whole and cut. */
#include "tests/unit/unit.h"

#include "kube/head.h"
#include "kube/http.h"
#include "kube/upgrade.h"

#define OK "HTTP/1.1 101 Switching Protocols\r\n"

static const struct {
	const char	*text;
	int		 ret;
	const char	*want;	/* the message, or "status rest" */
} heads[] = {
	{ "HTTP/1.1 200 OK\r\n\r\nrest", 1, "200 rest" },
	{ "HTTP/1.1 200\r\n\r\n", 1, "200 " },
	{ "HTTP/1.0 404 \r\nA: b\r\n\r\n", 1, "404 " },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 1,
	    "100 HTTP/1.1 200 OK\r\n\r\n" },
	{ "", 0, "" },
	{ "HTTP/1", 0, "" },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n\r", 0, "" },
	{ "HTTP/1.1 200 OK\n\nA: b\n\n", 0, "" },
	{ "HTTP/2 200\r\n\r\n", -1, "the server's answer is no HTTP/1.1" },
	{ "S", -1, "the server's answer is no HTTP/1.1" },
	{ "HTTP/1.1 20 OK\r\n\r\n", -1, "the server's answer has no HTTP "
	    "status" },
	{ "HTTP/1.1 2000\r\n\r\n", -1, "the server's answer has no HTTP "
	    "status" },
	{ "HTTP/1.1 600 OK\r\n\r\n", -1, "the server's answer has no HTTP "
	    "status" },
	{ "HTTP/1.x 200 OK\r\n\r\n", -1, "the server's answer has no HTTP "
	    "status" },
	{ "HTTP/1.1  200 OK\r\n\r\n", -1, "the server's answer has no HTTP "
	    "status" },
	{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", -1, "the server's answer has "
	    "a header field without a name" },
	{ "HTTP/1.1 200 OK\r\n: b\r\n\r\n", -1, "the server's answer has a "
	    "header field without a name" },
	{ "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", -1, "the server's answer has a "
	    "header field without a name" },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", -1, "the server's answer "
	    "has a header field without a name" },
	{ "HTTP/1.1 200 OK\r\nA: b\nc\r\n\r\n", -1, "the server's answer has "
	    "a control character in a header field" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", -1, "the server's "
	    "answer's Content-Length makes no sense" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
	    -1, "the server's answer's Content-Length makes no sense" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n",
	    1, "200 " },
	{ OK "Sec-WebSocket-Accept: a\r\nsec-websocket-accept: a\r\n\r\n", -1,
	    "the server's answer has Sec-WebSocket-Accept twice" },
	{ OK "Sec-WebSocket-Accept: 012345678901234567890123456789012\r\n\r\n",
	    -1, "the server's answer has Sec-WebSocket-Accept over the limit "
	    "of 31 bytes" },
};

static void
test_heads(void **state)
{
	struct err e;
	struct head h;
	size_t i, used;
	char got[ERR_MSG_MAX];
	int ret;

	(void)state;
	for (i = 0; i < COUNT(heads); i++) {
		memset(&e, 0, sizeof(e));
		head_init(&h);
		used = 0;
		ret = head_read(&h, (const unsigned char *)heads[i].text,
		    strlen(heads[i].text), &used, &e);
		if (ret != heads[i].ret)
			fail_msg("%s: %d %s", heads[i].text, ret, e.msg);
		if (ret == 1)
			snprintf(got, sizeof(got), "%d %s", h.status,
			    heads[i].text + used);
		else
			snprintf(got, sizeof(got), "%s", e.msg);
		assert_string_equal(got, heads[i].want);
		assert_int_equal(e.class == ERR_NONE, ret != -1);
	}
}

static void
test_fields(void **state)
{
	static const char text[] = OK "UPGRADE: WebSocket\r\n"
	    "Connection:keep-alive\r\nconnection: \tx, UpGrade \r\n"
	    "Sec-WebSocket-Accept: abc=\r\nSec-WebSocket-Protocol: v4\r\n"
	    "Sec-WebSocket-Extensions: x\r\nContent-Type: text/x; y=z\r\n"
	    "Retry-After: 7\r\nContent-Length: 12\r\nX:\r\n\r\n";
	const unsigned char *p = (const unsigned char *)text;
	struct err e = ERR_INIT;
	struct head h;
	size_t used = 0, n;

	(void)state;
	head_init(&h);
	/* a byte at a time is as good as all of it */
	for (n = 0; n < sizeof(text) - 2; n++)
		assert_int_equal(head_read(&h, p, n, &used, &e), 0);
	assert_int_equal(head_read(&h, p, n + 1, &used, &e), 1);
	assert_int_equal(used, sizeof(text) - 1);
	assert_int_equal(h.status, 101);
	assert_int_equal(h.minor, 1);
	assert_int_equal(h.websocket && h.upgrade && h.extended, 1);
	assert_int_equal(h.chunked || h.coded, 0);
	assert_string_equal(h.accept, "abc=");
	assert_string_equal(h.protocol, "v4");
	assert_string_equal(h.type, "text/x; y=z");
	assert_int_equal(h.retry_after, 7);
	assert_int_equal(h.length, 12);
}

static void
read_all(struct head *h, const char *text)
{
	struct err e = ERR_INIT;
	size_t used;

	head_init(h);
	assert_int_equal(head_read(h, (const unsigned char *)text,
	    strlen(text), &used, &e), 1);
}

static void
test_values(void **state)
{
	struct head h;

	(void)state;
	read_all(&h, "HTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(h.length, -1);
	assert_int_equal(h.retry_after, 0);
	assert_int_equal(h.websocket || h.upgrade || h.extended, 0);
	read_all(&h, "HTTP/1.1 429 x\r\nRetry-After: 999999999\r\n\r\n");
	assert_int_equal(h.retry_after, HTTP_RETRY_AFTER_MAX);
	read_all(&h, "HTTP/1.1 429 x\r\nRetry-After: Wed, 21 Oct 2015 07:28:00"
	    " GMT\r\n\r\n");
	assert_int_equal(h.retry_after, 0);
	read_all(&h, OK "Upgrade: websocket, h2c\r\nConnection: upgrades\r\n"
	    "\r\n");
	assert_int_equal(h.websocket || h.upgrade, 0);
	read_all(&h, OK "Transfer-Encoding: chunked\r\n\r\n");
	assert_int_equal(h.chunked && h.coded, 1);
	read_all(&h, OK "Transfer-Encoding: gzip, chunked\r\n\r\n");
	assert_int_equal(h.chunked, 0);
	assert_int_equal(h.coded, 1);
}

static void
test_limits(void **state)
{
	unsigned char big[HEAD_MAX + 4];
	struct err e = ERR_INIT;
	struct head h;
	struct buf b;
	size_t used = 0;
	int i, ret = 0;

	(void)state;
	memset(big, 'x', sizeof(big));
	memcpy(big, OK "X: ", sizeof(OK "X: ") - 1);
	head_init(&h);
	assert_int_equal(head_read(&h, big, HEAD_MAX - 1, &used, &e), 0);
	assert_int_equal(head_read(&h, big, HEAD_MAX, &used, &e), -1);
	assert_int_equal(e.class, ERR_LIMIT);
	/* its end may be the last bytes of it */
	memcpy(big + HEAD_MAX - 4, "\r\n\r\n", 4);
	head_init(&h);
	assert_int_equal(head_read(&h, big, sizeof(big), &used, &e), 1);
	assert_int_equal(used, HEAD_MAX);
	memset(big + HEAD_MAX - 4, 'x', 4);
	memcpy(big + HEAD_MAX - 3, "\r\n\r\n", 4);
	head_init(&h);
	assert_int_equal(head_read(&h, big, sizeof(big), &used, &e), -1);
	buf_init(&b, HEAD_MAX, "a head");
	for (i = -1; i < 2; i++) {
		buf_reset(&b);
		buf_puts(&b, OK, NULL);
		for (int n = 0; n < HEAD_FIELDS_MAX + i; n++)
			buf_puts(&b, "A: b\r\n", NULL);
		buf_puts(&b, "\r\n", NULL);
		head_init(&h);
		ret = head_read(&h, b.p, b.len, &used, &e);
		assert_int_equal(ret, i == 1 ? -1 : 1);
	}
	assert_int_equal(e.class, ERR_LIMIT);
	buf_release(&b);
}

/* ---- bodies ---- */

#define CHUNKED "Transfer-Encoding: chunked\r\n"

static const struct {
	const char	*fields;
	const char	*text;
	int		 ret;		/* of the last step */
	const char	*want;
} bodies[] = {
	{ "Content-Length: 3\r\n", "abc", 1, "abc" },
	{ "Content-Length: 3\r\n", "abcd", 1, "abc" },
	{ "Content-Length: 0\r\n", "x", 1, "" },
	{ "Content-Length: 4\r\n", "abc", 0, "abc" },
	{ "", "abc", 0, "abc" },
	/* over the room for it */
	{ "", "0123456789abcdefXX", 1, "0123456789abcdef" },
	{ "Content-Length: 18\r\n", "0123456789abcdefXX", 1,
	    "0123456789abcdef" },
	{ CHUNKED, "12\r\n0123456789abcdefXX\r\n0\r\n\r\n", 1,
	    "0123456789abcdef" },
	{ CHUNKED, "3\r\nabc\r\n0\r\n\r\n", 1, "abc" },
	{ CHUNKED, "3;x=y\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n", 1,
	    "abc0123456789" },
	{ CHUNKED, "3\r\nabc\r\n2", 0, "abc" },
	{ CHUNKED, "3\r\nabcd\r\n0\r\n\r\n", 1, "abc" },
	{ CHUNKED, "3\r\nab", 0, "ab" },
	{ CHUNKED, "x\r\nabc", 1, "" },
	{ CHUNKED, "00000003\r\nabc", 1, "" },
	{ CHUNKED, "-3\r\nabc", 1, "" },
	{ CHUNKED "Content-Length: 1\r\n", "3\r\nabc\r\n0\r\n", 1, "abc" },
	/* nothing that we know how to undo: until the end */
	{ "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n", "abc", 0,
	    "abc" },
};

static void
test_bodies(void **state)
{
	struct buf in, out;
	struct head h;
	struct rest r;
	char text[256];
	size_t i, step, at, n;
	int ret;

	(void)state;
	buf_init(&in, 4096, "what comes");
	buf_init(&out, 16, "a body");
	for (i = 0; i < COUNT(bodies); i++)
		for (step = 1; step < 40; step += 3) {
			snprintf(text, sizeof(text), "HTTP/1.1 500 x\r\n%s"
			    "\r\n", bodies[i].fields);
			read_all(&h, text);
			rest_init(&r, &h);
			buf_reset(&in);
			buf_reset(&out);
			ret = 0;
			for (at = 0; ret == 0 && at < strlen(bodies[i].text);
			    at += n) {
				n = strlen(bodies[i].text) - at;
				if (n > step)
					n = step;
				buf_append(&in, bodies[i].text + at, n, NULL);
				ret = rest_take(&r, &in, &out);
			}
			if (ret != bodies[i].ret ||
			    strcmp(buf_str(&out), bodies[i].want) != 0)
				fail_msg("%zu: %s in steps of %zu: %d '%s'", i,
				    bodies[i].text, step, ret, buf_str(&out));
		}
	buf_release(&in);
	buf_release(&out);
}

/* ---- a 101 ---- */

#define OFFER "v5.x, v4.x"

/* RFC 6455 section 1.3 has this pair */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define SWITCH OK "Upgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Accept: "

static const struct {
	const char		*text;
	int			 ended;
	enum upgrade_end	 end;
	const char		*want;	/* what is left, the body or e */
} upgrades[] = {
	{ SWITCH ACCEPT "\r\nSec-WebSocket-Protocol: v4.x\r\n\r\nmore", 0,
	    UPGRADE_DONE, "more" },
	{ SWITCH ACCEPT "\r\nSec-WebSocket-Protocol: v5.x\r\n\r\n", 1,
	    UPGRADE_DONE, "" },
	{ SWITCH ACCEPT "\r\nSec-WebSocket-Protocol: v5.x, v4.x\r\n\r\n", 0,
	    UPGRADE_BROKEN, "the server chose the subprotocol 'v5.x, v4.x', "
	    "which is none of '" OFFER "'" },
	{ SWITCH ACCEPT "\r\n\r\n", 0, UPGRADE_BROKEN, "the server chose the "
	    "subprotocol ''" },
	{ SWITCH "S" ACCEPT "\r\nSec-WebSocket-Protocol: v4.x\r\n\r\n", 0,
	    UPGRADE_BROKEN, "the server did not switch to a WebSocket" },
	{ SWITCH "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: "
	    "v4.x\r\n\r\n", 0, UPGRADE_BROKEN, "the server did not switch" },
	{ "HTTP/1.1 103 x\r\n\r\n" SWITCH ACCEPT "\r\nSec-WebSocket-Protocol:"
	    " v4.x\r\n\r\n", 0, UPGRADE_DONE, "" },
	{ "HTTP/1.1 103 x\r\n\r\n", 0, UPGRADE_WAIT, "" },
	{ "HTTP/1.1 103 x\r\n\r\n", 1, UPGRADE_BROKEN, "the connection was "
	    "closed before a whole answer" },
	{ "HTTP/1.1 403 x\r\nContent-Length: 2\r\n\r\nab", 0,
	    UPGRADE_REFUSED, "ab" },
	{ "HTTP/1.1 403 x\r\nContent-Length: 3\r\n\r\nab", 0, UPGRADE_WAIT,
	    "ab" },
	{ "HTTP/1.1 403 x\r\nContent-Length: 3\r\n\r\nab", 1,
	    UPGRADE_REFUSED, "ab" },
	{ "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", 0, UPGRADE_REFUSED,
	    "" },
	{ "junk", 0, UPGRADE_BROKEN, "the server's answer is no HTTP" },
};

static void
test_upgrades(void **state)
{
	enum upgrade_end end;
	struct upgrade u;
	const char *got;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(upgrades); i++) {
		memset(&e, 0, sizeof(e));
		upgrade_init(&u, OFFER);
		memcpy(u.key, KEY, sizeof(KEY));
		buf_puts(&u.in, upgrades[i].text, NULL);
		end = upgrade_take(&u, upgrades[i].ended, &e);
		got = end == UPGRADE_DONE ? buf_str(&u.in) :
		    end == UPGRADE_BROKEN ? e.msg : buf_str(&u.body);
		if (end != upgrades[i].end || strncmp(got, upgrades[i].want,
		    strlen(upgrades[i].want)) != 0)
			fail_msg("%s: %d %s", upgrades[i].text, (int)end, got);
		assert_int_equal(e.class != ERR_NONE, end == UPGRADE_BROKEN);
		upgrade_release(&u);
	}
}

/* So many 1xx, and no more. */
static void
test_interims(void **state)
{
	struct err e = ERR_INIT;
	struct upgrade u;
	int i;

	(void)state;
	upgrade_init(&u, OFFER);
	for (i = 0; i < UPGRADE_INTERIM; i++) {
		buf_puts(&u.in, "HTTP/1.1 100 Continue\r\n\r\n", NULL);
		assert_int_equal(upgrade_take(&u, 0, &e), UPGRADE_WAIT);
	}
	buf_puts(&u.in, "HTTP/1.1 100 Continue\r\n\r\n", NULL);
	assert_int_equal(upgrade_take(&u, 0, &e), UPGRADE_BROKEN);
	assert_int_equal(e.class, ERR_LIMIT);
	upgrade_release(&u);
}

static void
test_hints(void **state)
{
	struct upgrade u;

	(void)state;
	upgrade_init(&u, OFFER);
	u.head.status = 302;
	assert_string_not_equal(upgrade_hint(&u), "");
	u.head.status = 400;
	assert_string_equal(upgrade_hint(&u), "");
	buf_puts(&u.body, "{\"message\":\"Upgrade request required\"}", NULL);
	assert_string_not_equal(upgrade_hint(&u), "");
	u.head.status = 403;
	assert_string_equal(upgrade_hint(&u), "");
	upgrade_release(&u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_interims),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
