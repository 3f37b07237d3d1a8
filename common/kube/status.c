/* apimachinery/pkg/api/errors: what the API server's refusals say. */
#include <stdio.h>
#include <string.h>

#include "kube/http.h"
#include "kube/proto.h"
#include "kube/status.h"

struct status {
	const struct kube_ask	*ask;
	const char		*verb;
	int			 found;
	int64_t			 code;
	int64_t			 retry_after;
	char			 reason[64];
	char			 message[ERR_MSG_MAX];
	char			 fields[128];	/* "data, type" */
	struct buf		*token;
};

static const struct {
	int		 http;
	enum err_class	 class;
	const char	*reason;
} codes[] = {
	{ 400, ERR_FORMAT, "BadRequest" },
	{ 401, ERR_AUTH, "Unauthorized" },
	{ 403, ERR_FORBIDDEN, "Forbidden" },
	{ 404, ERR_ABSENT, "NotFound" },
	{ 405, ERR_FORMAT, "MethodNotAllowed" },
	{ 406, ERR_FORMAT, "NotAcceptable" },
	{ 409, ERR_CONFLICT, "Conflict" },
	{ 410, ERR_EXPIRED, "Expired" },
	{ 413, ERR_LIMIT, "RequestEntityTooLarge" },
	{ 415, ERR_FORMAT, "UnsupportedMediaType" },
	{ 422, ERR_FORMAT, "Invalid" },
	{ 429, ERR_THROTTLED, "TooManyRequests" },
	{ 500, ERR_NET, "InternalError" },
	{ 503, ERR_NET, "ServiceUnavailable" },
	{ 504, ERR_NET, "Timeout" },
};

/* A word of letters, or nothing: reasons are never free text. */
static void
word(char *out, size_t size, const char *s)
{
	size_t n = s == NULL ? 0 : strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz");

	if (n > 0 && n < size && s[n] == '\0')
		memcpy(out, s, n + 1);
	else
		out[0] = '\0';
}

/* Only what can be the path of a field. */
static void
add_field(struct status *s, const char *field)
{
	size_t len = strlen(s->fields), n;

	if (field == NULL)
		return;
	n = strspn(field, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789.[]-_/");
	if (n == 0 || field[n] != '\0' || n > 48 ||
	    len + n + 3 > sizeof(s->fields))
		return;
	snprintf(s->fields + len, sizeof(s->fields) - len, "%s%s",
	    len > 0 ? ", " : "", field);
}

static int
on_status(void *arg, const struct node *obj, struct err *e)
{
	const struct node *causes;
	struct status *s = arg;
	const char *text;
	size_t i;

	(void)e;
	text = node_str(node_get(obj, "kind"), NULL);
	if (s->found || text == NULL || strcmp(text, "Status") != 0)
		return 0;
	s->found = 1;
	word(s->reason, sizeof(s->reason),
	    node_str(node_get(obj, "reason"), NULL));
	text = node_str(node_get(obj, "message"), NULL);
	snprintf(s->message, sizeof(s->message), "%s",
	    text == NULL ? "" : text);
	s->code = node_number(node_get(obj, "code"), 0);
	s->retry_after = node_number(node_path(obj, "details",
	    "retryAfterSeconds", (const char *)NULL), 0);
	causes = node_path(obj, "details", "causes", (const char *)NULL);
	for (i = 0; i < node_len(causes); i++)
		add_field(s, node_str(node_get(node_at(causes, i), "field"),
		    NULL));
	text = node_str(node_path(obj, "metadata", "continue",
	    (const char *)NULL), NULL);
	if (s->token != NULL && text != NULL)
		buf_puts(s->token, text, NULL);
	node_wipe_all(obj);
	return 0;
}

static void
read_status(struct status *s, const char *type, const char *p, size_t len)
{
	struct doc_text text = { p, len };
	struct doc_source src = doc_text_source(&text);
	struct doc_sink sink;

	memset(&sink, 0, sizeof(sink));
	sink.item = on_status;
	sink.arg = s;
	if (len > STATUS_MAX)
		return;
	if (strstr(type, "protobuf") != NULL)
		proto_read((const unsigned char *)p, len, &sink, NULL);
	else if (strstr(type, "json") != NULL)
		doc_read_json(&src, &sink, NULL);
}

/* 'secrets "cacerts"': what was asked for. */
static void
what(const struct kube_ask *a, char *out, size_t size)
{
	if (a->name != NULL)
		snprintf(out, size, "%s \"%s\"", a->resource, a->name);
	else
		snprintf(out, size, "%s", a->resource);
}

/*
 * Every API server has these, so a 404 without a Status comes from somebody
 * else, and says nothing of the object.
 */
static int
is_always_served(const struct kube_ask *a)
{
	return a->group[0] == '\0' || strcmp(a->group, "apps") == 0;
}

/* Our own words, for a Secret and for answers that are no Status. */
static void
own_words(const struct kube_ask *a, int http, const struct status *s,
    char *out, size_t size)
{
	char of[300], where[300];

	what(a, of, sizeof(of));
	where[0] = '\0';
	if (a->ns[0] != '\0')
		snprintf(where, sizeof(where), " in the namespace \"%s\"",
		    a->ns);
	switch (http) {
	case 403:
		snprintf(out, size, "%s is forbidden: no right to %s %s in "
		    "API group \"%s\"%s", of, s->verb, a->resource, a->group,
		    where);
		break;
	case 404:
		if (strcmp(s->verb, "create") == 0)
			snprintf(out, size, "%s: its namespace was not found",
			    of);
		else
			snprintf(out, size, "%s not found", of);
		break;
	case 409:
		snprintf(out, size, "%s %s", of, strcmp(s->reason,
		    "AlreadyExists") == 0 ? "already exists" : "has been "
		    "changed since it was read");
		break;
	case 429:
		snprintf(out, size, "%s: the server has received too many "
		    "requests and has asked us to try again later", of);
		break;
	case 422:
		snprintf(out, size, "%.200s is invalid%s%s", of,
		    s->fields[0] != '\0' ? ": " : "", s->fields);
		break;
	default:
		snprintf(out, size, "%s: the server answered with HTTP status "
		    "%d", of, http);
		break;
	}
}

static void
say(struct status *s, int http, struct err *why)
{
	const struct kube_ask *a = s->ask;
	const char *reason = NULL;
	enum err_class class = ERR_NET;
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].http == http) {
			class = codes[i].class;
			reason = codes[i].reason;
		}
	if (s->reason[0] == '\0')
		snprintf(s->reason, sizeof(s->reason), "%s",
		    reason == NULL ? "UnexpectedServerError" : reason);
	if (http == 401)
		err_set(why, ERR_AUTH, "You must be logged in to the server "
		    "(Unauthorized)");
	else if (http == 404 && !s->found && is_always_served(a))
		err_set(why, ERR_NET, "Error from server (NotFound): the "
		    "server could not find the requested resource, and did "
		    "not answer as an API server does: is there a proxy in "
		    "between?");
	else {
		if (s->message[0] == '\0' || strcmp(a->kind, "Secret") == 0)
			own_words(a, http, s, s->message, sizeof(s->message));
		err_set(why, class, "Error from server (%s): %s", s->reason,
		    s->message);
	}
	explicit_bzero(s->message, sizeof(s->message));
	why->http = http;
}

static void
status_init(struct status *s, const struct kube_ask *a, const char *verb)
{
	memset(s, 0, sizeof(*s));
	s->ask = a;
	s->verb = verb;
}

void
status_err(const struct kube_ask *a, int http, const char *type,
    const char *p, size_t len, struct buf *token, struct err *why)
{
	struct status s;

	status_init(&s, a, a->name != NULL ? "get" : "list");
	s.token = token;
	read_status(&s, type, p, len);
	say(&s, http, why);
}

void
status_err_verb(const struct kube_ask *a, const char *verb, int http,
    const char *type, const char *p, size_t len, struct err *why)
{
	struct status s;

	status_init(&s, a, verb);
	read_status(&s, type, p, len);
	say(&s, http, why);
}

int
status_err_event(const struct kube_ask *a, const struct node *obj,
    struct err *why)
{
	struct status s;

	status_init(&s, a, "watch");
	on_status(&s, obj, NULL);
	if (s.code < 300 || s.code > 599) {
		explicit_bzero(s.message, sizeof(s.message));
		return -1;
	}
	say(&s, (int)s.code, why);
	if (s.retry_after > 0)
		why->retry_after = s.retry_after < HTTP_RETRY_AFTER_MAX ?
		    (int)s.retry_after : HTTP_RETRY_AFTER_MAX;
	return 0;
}
