/* Texts that a tool prints of itself: cli/'s own files only. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "base/buf.h"
#include "cli/cli.h"

#define TEXT_MAX	(256 * 1024)	/* bytes of any of these texts */
#define TEXT_WIDTH	79

/* Write text to out, flush it and release it. */
int	text_print(FILE *out, struct buf *text, struct err *e);

/* Release text; returns -1. */
int	text_drop(struct buf *text);

/* What the tool calls the weight of a rule. */
const char *text_verdict(const struct cli_tool *tool, const struct rule *r);

/*
 * Append text in lines of TEXT_WIDTH, each begun with indent blanks; a newline
 * in it stays one.  The line that it starts in has used columns already.
 */
int	text_wrap(struct buf *b, const char *text, int indent, int used,
	    struct err *e);

#endif
