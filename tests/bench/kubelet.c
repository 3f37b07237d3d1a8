/*
 * A kubelet's side of exec, as far as an API server asks for it, for pods that
 * are not there:
 *	kubelet [-f] PORT ANSWER	(PORT 0: any; it is printed)
 * speaks HTTPS on 127.0.0.1, and to every GET /exec/NAMESPACE/POD/... answers
 * with a WebSocket of v4.channel.k8s.io, the file ANSWER as the command's
 * stdout, its success, and a close; as wsstream and remotecommand of Kubernetes
 * 1.20 do.  With -f some pods are ill, by name:
 *	hang-*		nothing comes, or half of it, and it stays so
 *	reset-*		the connection breaks, at once or behind half of it
 *	garbage-*	bytes that are no frames, or none that a proxy says
 * each in the first way where the name ends in an even digit.  It is to be
 * quick: what is measured is who asks.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#define REQUEST_MAX	8192
#define ANSWER_MAX	60000
#define OUT_MAX		(ANSWER_MAX + 1024)
#define EVENTS		64

enum state { HANDSHAKE, REQUEST, ANSWERING, SILENT };
enum illness { WELL, HANG, RESET, GARBAGE };

struct conn {
	int		 fd;
	SSL		*ssl;
	enum state	 state;
	enum illness	 ill;
	size_t		 nin;
	size_t		 nout;
	size_t		 sent;
	size_t		 half;		/* what goes out first */
	char		 in[REQUEST_MAX + 1];
	char		 out[OUT_MAX];
};

static int ep, faults;
static SSL_CTX *ctx;
static char answer[ANSWER_MAX], noise[ANSWER_MAX];
static size_t nanswer;

__attribute__((noreturn)) static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- a certificate of its own: nobody checks it, as with a real one ---- */

static void
make_context(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();

	ctx = SSL_CTX_new(TLS_server_method());
	if (key == NULL || x == NULL || name == NULL || ctx == NULL)
		exit(1);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"node", -1, -1, 0);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	if (X509_sign(x, key, EVP_sha256()) == 0 ||
	    SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		exit(1);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	X509_NAME_free(name);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* ---- what it says ---- */

static void
put(struct conn *c, const void *p, size_t n)
{
	if (n > OUT_MAX - c->nout)
		exit(1);
	memcpy(c->out + c->nout, p, n);
	c->nout += n;
}

/* A message of a channel, in one frame. */
static void
put_message(struct conn *c, char channel, const void *p, size_t n)
{
	size_t len = n + 1;
	unsigned char h[5] = { 0x82 };
	size_t nh = 2;

	if (len < 126)
		h[1] = (unsigned char)len;
	else {
		h[1] = 126;
		h[2] = (unsigned char)(len >> 8);
		h[3] = (unsigned char)len;
		nh = 4;
	}
	h[nh++] = (unsigned char)channel;
	put(c, h, nh);
	put(c, p, n);
}

static void
put_head(struct conn *c, const char *key)
{
	unsigned char md[EVP_MAX_MD_SIZE], accept[64];
	char text[256];
	unsigned n;

	snprintf(text, sizeof(text), "%.64s"
	    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	if (EVP_Digest(text, strlen(text), md, &n, EVP_sha1(), NULL) != 1)
		exit(1);
	EVP_EncodeBlock(accept, md, (int)n);
	put(c, text, (size_t)snprintf(text, sizeof(text), "HTTP/1.1 101 "
	    "Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
	    "\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: "
	    "v4.channel.k8s.io\r\n\r\n", accept));
}

static void
put_answer(struct conn *c, const char *key)
{
	static const char success[] = "{\"metadata\":{},\"status\":\"Success\"}";
	static const unsigned char close_frame[] = { 0x88, 2, 0x03, 0xe8 };
	int last = (c->in[0] - '0') & 1;	/* see read_request() */

	c->nout = c->sent = 0;
	if (last == 1 || c->ill == WELL || c->ill == GARBAGE)
		put_head(c, key);
	c->half = c->nout;
	if (c->ill == GARBAGE && last == 0) {
		put(c, noise, nanswer);
		return;
	}
	if ((c->ill == HANG || c->ill == RESET) && last == 0)
		return;
	put_message(c, 1, "", 0);	/* "the connection is there" */
	if (c->ill == HANG || c->ill == RESET) {
		put_message(c, 1, answer, nanswer / 2);
		return;
	}
	put_message(c, 1, c->ill == GARBAGE ? noise : answer, nanswer);
	put_message(c, 3, success, sizeof(success) - 1);
	put(c, close_frame, sizeof(close_frame));
}

/* ---- what is said to it ---- */

static enum illness
illness_of(const char *pod)
{
	return !faults ? WELL :
	    strncmp(pod, "hang-", 5) == 0 ? HANG :
	    strncmp(pod, "reset-", 6) == 0 ? RESET :
	    strncmp(pod, "garbage-", 8) == 0 ? GARBAGE : WELL;
}

/* 1: a whole request, and the answer to it is put; 0: more; -1: no such. */
static int
read_request(struct conn *c)
{
	static const char key_is[] = "\r\nSec-Websocket-Key: ";
	char pod[256], key[64];
	const char *p;

	c->in[c->nin] = '\0';
	if (strstr(c->in, "\r\n\r\n") == NULL)
		return c->nin < REQUEST_MAX ? 0 : -1;
	if (sscanf(c->in, "GET /exec/%*[^/]/%255[^/]/", pod) != 1 ||
	    strstr(c->in, "command=pilot-agent") == NULL ||
	    strstr(c->in, "v4.channel.k8s.io") == NULL ||
	    (p = strcasestr(c->in, key_is)) == NULL ||
	    sscanf(p + sizeof(key_is) - 1, "%63[^\r]", key) != 1)
		return -1;
	c->ill = illness_of(pod);
	c->in[0] = pod[strlen(pod) - 1];
	put_answer(c, key);
	return 1;
}

/* ---- connections ---- */

static void
drop(struct conn *c)
{
	struct linger now = { 1, 0 };

	if (c->ill == RESET)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	else if (c->state == ANSWERING)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	free(c);
}

static void
watch(struct conn *c, int op, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (epoll_ctl(ep, op, c->fd, &ev) == -1)
		fail("epoll_ctl");
}

/* 1: again later; 0: it is over. */
static int
blocked(struct conn *c, int ret)
{
	int why = SSL_get_error(c->ssl, ret);

	if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
		return 0;
	watch(c, EPOLL_CTL_MOD, why == SSL_ERROR_WANT_READ ? EPOLLIN :
	    EPOLLOUT);
	return 1;
}

/* The head by itself, as a kubelet does, and then all the rest. */
static int
write_answer(struct conn *c)
{
	size_t end;
	int n;

	while (c->sent < c->nout) {
		end = c->sent < c->half ? c->half : c->nout;
		n = SSL_write(c->ssl, c->out + c->sent, (int)(end - c->sent));
		if (n <= 0)
			return blocked(c, n);
		c->sent += (size_t)n;
	}
	if (c->ill != HANG)
		return 0;
	c->state = SILENT;
	watch(c, EPOLL_CTL_MOD, EPOLLIN);
	return 1;
}

/* 1: it lives on. */
static int
move(struct conn *c)
{
	char none[256];
	int n;

	if (c->state == HANDSHAKE) {
		if ((n = SSL_accept(c->ssl)) != 1)
			return blocked(c, n);
		c->state = REQUEST;
	}
	while (c->state == REQUEST) {
		n = SSL_read(c->ssl, c->in + c->nin,
		    (int)(REQUEST_MAX - c->nin));
		if (n <= 0)
			return blocked(c, n);
		c->nin += (size_t)n;
		if ((n = read_request(c)) == -1)
			return 0;
		if (n == 1)
			c->state = ANSWERING;
	}
	if (c->state == ANSWERING)
		return write_answer(c);
	while ((n = SSL_read(c->ssl, none, sizeof(none))) > 0)
		;
	return blocked(c, n);
}

static void
accept_all(int listener)
{
	struct conn *c;
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if ((c = malloc(sizeof(*c))) == NULL ||
		    (c->ssl = SSL_new(ctx)) == NULL)
			fail("memory");
		c->fd = fd;
		c->state = HANDSHAKE;
		c->ill = WELL;
		c->nin = 0;
		SSL_set_fd(c->ssl, fd);
		watch(c, EPOLL_CTL_ADD, EPOLLIN);
	}
}

/* ---- beginning ---- */

static int
listen_on(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int fd, one = 1;

	a.sin_port = htons((uint16_t)strtol(port, NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, n) == -1 ||
	    listen(fd, 1024) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) == -1)
		fail("socket");
	printf("%d\n", ntohs(a.sin_port));
	if (fflush(stdout) == EOF)
		fail("stdout");
	return fd;
}

static void
read_answer(const char *file)
{
	FILE *f = fopen(file, "rb");
	unsigned rng = 1;
	size_t i;

	if (f == NULL)
		fail(file);
	nanswer = fread(answer, 1, sizeof(answer), f);
	if (ferror(f) || nanswer == sizeof(answer))
		fail(file);
	fclose(f);
	for (i = 0; i < nanswer; i++) {
		rng = rng * 1103515245 + 12345;
		noise[i] = (char)(rng >> 16);
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event ev[EVENTS], in = { .events = EPOLLIN };
	struct rlimit files;
	int listener, i, n;

	faults = argc > 1 && strcmp(argv[1], "-f") == 0;
	if (argc != 3 + faults)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	read_answer(argv[2 + faults]);
	make_context();
	listener = listen_on(argv[1 + faults]);
	ep = epoll_create1(0);
	if (ep == -1 || epoll_ctl(ep, EPOLL_CTL_ADD, listener, &in) == -1)
		fail("epoll");
	for (;;) {
		n = epoll_wait(ep, ev, EVENTS, -1);
		for (i = 0; i < n; i++)
			if (ev[i].data.ptr == NULL)
				accept_all(listener);
			else if (!move(ev[i].data.ptr))
				drop(ev[i].data.ptr);
	}
}
