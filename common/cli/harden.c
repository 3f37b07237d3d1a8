#include <sys/types.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/cli.h"

/*
 * A closed stdin, stdout or stderr would be the next file that is opened.
 * /dev/full stands in for stdout, so that writing to it fails as it should;
 * and where there is no /dev at all, a directory that cannot be written to.
 */
static void
open_std(void)
{
	int fd, want;

	for (want = 0; want <= 2; want++) {
		if (fcntl(want, F_GETFD) != -1)
			continue;
		fd = want == 1 ? open("/dev/full", O_WRONLY) : -1;
		if (fd == -1)
			fd = open("/dev/null", want == 0 ? O_RDONLY :
			    O_WRONLY);
		if (fd == -1)
			fd = open("/", O_RDONLY);
		if (fd != want)
			_exit(2);
	}
}

#define MMAP_FROM (128 * 1024)	/* bytes: glibc's own first threshold */

/*
 * A page of a list is a block of some megabytes.  Once one is freed, glibc
 * would take the next ones from the heap, among small things that stay, and
 * give nothing back: 20,000 secrets cost 4.2 MiB more than 5,000, and 0.8 with
 * each of them mapped.
 */
static void
map_large(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, MMAP_FROM);
#endif
}

void
cli_harden(void)
{
	struct rlimit none = { 0, 0 };

	open_std();
	map_large();
	setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
	/* a core_pattern that is a pipe ignores the limit */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	unsetenv("OPENSSL_CONF");
	unsetenv("OPENSSL_MODULES");
	unsetenv("OPENSSL_ENGINES");
	unsetenv("SSLKEYLOGFILE");
}

void
cli_no_memory(void)
{
	static const char said[] = "error: out of memory\n";

	fflush(stdout);
	/* what else could be done is nothing */
	(void)!write(STDERR_FILENO, said, sizeof(said) - 1);
	_exit(2);
}
