/* What an exec credential plugin prints: an ExecCredential, in JSON. */
#include <string.h>

#include "base/when.h"
#include "doc/doc.h"
#include "kube/plugin.h"

struct answer {
	struct cred	*cr;
	const char	*api_version;
	int		 found;
};

static const char *
status_text(const struct node *obj, const char *key, size_t *len)
{
	return node_str(node_path(obj, "status", key, (const char *)NULL), len);
}

static int
take_pair(struct cred *cr, const struct node *obj, struct err *e)
{
	const char *cert, *key;
	size_t ncert = 0, nkey = 0;

	cert = status_text(obj, "clientCertificateData", &ncert);
	key = status_text(obj, "clientKeyData", &nkey);
	if ((cert != NULL && ncert > 0) != (key != NULL && nkey > 0))
		return err_set(e, ERR_CONFIG, "it returned only one of "
		    "clientCertificateData and clientKeyData");
	/* what there was before is over, whatever is new */
	buf_reset(&cr->cert);
	buf_reset(&cr->key);
	if (ncert == 0)
		return 0;
	return buf_append(&cr->cert, cert, ncert, e) == -1 ? -1 :
	    buf_append(&cr->key, key, nkey, e);
}

static int
on_answer(void *arg, const struct node *obj, struct err *e)
{
	struct answer *an = arg;
	const char *s;
	size_t len;

	if (an->found++ > 0)
		return err_set(e, ERR_CONFIG, "it printed more than one "
		    "document");
	s = node_str(node_get(obj, "kind"), NULL);
	if (s == NULL || strcmp(s, "ExecCredential") != 0)
		return err_set(e, ERR_CONFIG, "it did not print an "
		    "ExecCredential");
	s = node_str(node_get(obj, "apiVersion"), NULL);
	if (s == NULL || strcmp(s, an->api_version) != 0)
		return err_set(e, ERR_CONFIG, "it is configured to use API "
		    "version %s, it returned version %.100s", an->api_version,
		    s == NULL ? "none" : s);
	an->cr->expires = 0;
	s = status_text(obj, "expirationTimestamp", NULL);
	if (s != NULL && when_parse(s, &an->cr->expires, e) == -1) {
		e->class = ERR_CONFIG;
		return err_prefix(e, "its expirationTimestamp");
	}
	buf_reset(&an->cr->token);
	if ((s = status_text(obj, "token", &len)) != NULL && len > 0 &&
	    cred_set_token(an->cr, s, len, "its token", e) == -1)
		return -1;
	if (take_pair(an->cr, obj, e) == -1)
		return -1;
	if (an->cr->token.len == 0 && an->cr->cert.len == 0)
		return err_set(e, ERR_CONFIG, "it returned neither a token "
		    "nor a certificate");
	node_wipe_all(obj);
	return 0;
}

int
cred_parse(struct cred *cr, const char *text, size_t len,
    const char *api_version, struct err *e)
{
	struct doc_text t = { text, len };
	struct doc_source src = doc_text_source(&t);
	struct answer an = { cr, api_version, 0 };
	struct doc_sink sink = { on_answer, NULL, &an, NULL, 1 };

	if (doc_read_json(&src, &sink, e) == -1)
		return -1;
	return an.found ? 0 : err_set(e, ERR_CONFIG, "it printed nothing");
}
