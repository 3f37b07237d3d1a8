/*
 * The wire format of protobuf (protobuf.dev/programming-guides/encoding), as
 * much of it as walking needs: kube/'s own files only.
 */
#ifndef KUBE_WIRE_H
#define KUBE_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct wire {
	const unsigned char	*p;
	const unsigned char	*end;
};

struct wire_field {
	uint32_t		 number;
	unsigned		 type;	/* 0 varint, 1 64 bits, 2 bytes, 5 32 */
	uint64_t		 value;	/* type 0 */
	const unsigned char	*p;	/* type 2; borrowed from the input */
	size_t			 len;
};

/* 1: a field; 0: the end; -1: malformed (groups, types 3 and 4, are that). */
int	wire_next(struct wire *w, struct wire_field *f);

/*
 * The head of a field that may not have come whole: its number, type and, for
 * type 2, length, with w->p behind them.  1; 0: more bytes are needed; -1:
 * malformed.
 */
int	wire_head(struct wire *w, struct wire_field *f);

#endif
