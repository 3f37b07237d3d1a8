/* Where the system's CA certificates are looked for. */
#include "tests/unit/unit.h"

#include <sys/stat.h>

#include "kube/trust.h"

static char top[] = "/tmp/test_trust.XXXXXX";

static void
sh(const char *what)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "cd %s && %s", top, what);
	assert_int_equal(system(cmd), 0);
}

static int
setup(void **state)
{
	(void)state;
	sh("rm -rf etc");
	return 0;
}

static void
found(const char *env_file, const char *env_dir, const char *file,
    const char *dir)
{
	struct trust t = { "?", "?" };

	trust_find(top, env_file, env_dir, &t);
	if (file == NULL)
		assert_null(t.file);
	else
		assert_string_equal(t.file, file);
	if (dir == NULL)
		assert_null(t.dir);
	else
		assert_string_equal(t.dir, dir);
}

/* What each system has, from its own package of CA certificates. */
static const struct {
	const char	*make;
	const char	*file;
	const char	*dir;
} systems[] = {
	{ "true", NULL, NULL },
	/* Debian */
	{ "mkdir -p etc/ssl/certs && >etc/ssl/certs/ca-certificates.crt",
	    "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs" },
	/* Fedora: a link, and Debian's directory without Debian's file */
	{ "mkdir -p etc/pki/tls/certs etc/pki/ca-trust etc/ssl && "
	    ">etc/pki/ca-trust/a.pem && ln -s ../../ca-trust/a.pem "
	    "etc/pki/tls/certs/ca-bundle.crt && ln -s ../pki/tls/certs "
	    "etc/ssl/certs", "/etc/pki/tls/certs/ca-bundle.crt",
	    "/etc/ssl/certs" },
	/* openSUSE */
	{ "mkdir -p etc/ssl/certs && >etc/ssl/ca-bundle.pem",
	    "/etc/ssl/ca-bundle.pem", "/etc/ssl/certs" },
	{ "mkdir -p etc/pki/tls && >etc/pki/tls/cacert.pem",
	    "/etc/pki/tls/cacert.pem", NULL },
	{ "mkdir -p etc/pki/ca-trust/extracted/pem etc/pki/tls/certs && "
	    ">etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	    "/etc/pki/tls/certs" },
	/* Alpine without its package */
	{ "mkdir -p etc/ssl && >etc/ssl/cert.pem", "/etc/ssl/cert.pem", NULL },
	/* the first of two */
	{ "mkdir -p etc/ssl/certs && >etc/ssl/cert.pem && "
	    ">etc/ssl/ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
	    "/etc/ssl/certs" },
	/* what is of another type, or leads nowhere */
	{ "mkdir -p etc/ssl/certs/ca-certificates.crt && >etc/ssl/cert.pem",
	    "/etc/ssl/cert.pem", "/etc/ssl/certs" },
	{ "mkdir -p etc/ssl && >etc/ssl/certs", NULL, NULL },
	{ "mkdir -p etc/ssl/certs && ln -s nowhere etc/ssl/ca-bundle.pem && "
	    ">etc/ssl/cert.pem", "/etc/ssl/cert.pem", "/etc/ssl/certs" },
};

static void
test_systems(void **state)
{
	size_t i;

	for (i = 0; i < COUNT(systems); i++) {
		setup(state);
		sh(systems[i].make);
		found(NULL, NULL, systems[i].file, systems[i].dir);
		found("", "", systems[i].file, systems[i].dir);
	}
}

/* Each of the two speaks for itself; what it names need not be there. */
static void
test_environment(void **state)
{
	(void)state;
	found("/x/ca.pem", NULL, "/x/ca.pem", NULL);
	found(NULL, "/x:/y", NULL, "/x:/y");
	sh("mkdir -p etc/ssl/certs && >etc/ssl/cert.pem");
	found("/x/ca.pem", NULL, "/x/ca.pem", "/etc/ssl/certs");
	found(NULL, "/x:/y", "/etc/ssl/cert.pem", "/x:/y");
	found("/x/ca.pem", "/y", "/x/ca.pem", "/y");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_systems, setup),
		cmocka_unit_test_setup(test_environment, setup),
	};
	int n;

	if (mkdtemp(top) == NULL)
		return 1;
	n = cmocka_run_group_tests(tests, NULL, NULL);
	sh("rm -rf etc");
	return n + (remove(top) != 0);
}
