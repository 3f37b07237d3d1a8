/* UTF-8 (RFC 3629), one code point at a time. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decode what s begins with.  Returns its length in bytes (1 to 4) and the
 * code point; 0 if it is not UTF-8: overlong, a surrogate, above U+10FFFF, or
 * cut off by len.
 */
size_t	utf8_decode(const char *s, size_t len, uint32_t *cp);

/*
 * Can this code point steer a terminal or a reader's eye: C0, DEL, C1, the
 * bidirectional controls and every other format character (Unicode Cf), line
 * and paragraph separators, non-characters?
 */
int	utf8_steers(uint32_t cp);

#endif
