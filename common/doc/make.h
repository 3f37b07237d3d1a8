/*
 * Making documents: what is sent to somebody, and what arrives in a form that
 * is no text (kube/'s protobuf) and shall be read like all the others.
 *
 * Each make_ function returns NULL for no memory.  make_put() and make_add()
 * take a value over, also when they fail, and fail if it is NULL, so that
 * calls can be nested without looking at each.
 */
#ifndef DOC_MAKE_H
#define DOC_MAKE_H

#include <stdint.h>

#include "base/buf.h"
#include "doc/doc.h"

struct node *make_map(void);
struct node *make_list(void);
struct node *make_text(const char *s);
struct node *make_text_len(const char *p, size_t len);
struct node *make_bool(int value);
struct node *make_number(int64_t value);

/*
 * Bytes that JSON would have in base64, such as the data of a Secret: a string
 * for node_str(), which node_is_bytes() tells from one that must be decoded.
 */
struct node *make_bytes(const void *p, size_t len);

/* One value out of JSON text; NULL also if it is none. */
struct node *make_parsed(const char *json);

int	make_put(struct node *map, const char *key, struct node *value);
int	make_add(struct node *list, struct node *value);

/* NULL is legal. */
void	make_free(struct node *n);

/* As JSON, on one line, appended. */
int	make_json(const struct node *n, struct buf *out, struct err *e);

#endif
