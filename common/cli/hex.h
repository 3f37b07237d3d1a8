/* Fingerprints on the command line. */
#ifndef CLI_HEX_H
#define CLI_HEX_H

#include <stdint.h>

#define CLI_SHA256_LEN 32

/* 64 hexadecimal digits, with colons between the bytes or not: 1, else 0. */
int	cli_sha256(const char *s, uint8_t out[CLI_SHA256_LEN]);

#endif
