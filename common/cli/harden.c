#include <sys/types.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "cli/cli.h"

/*
 * A closed stdin, stdout or stderr would be the next file that is opened.
 * /dev/full stands in for stdout, so that writing to it fails as it should.
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
		if (fd != want)
			_exit(2);
	}
}

void
cli_harden(void)
{
	struct rlimit none = { 0, 0 };

	open_std();
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
