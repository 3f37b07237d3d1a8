/* Hexadecimal digits of either case. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

/* Its value, or -1. */
int	hex_digit(char c);

#endif
