/* What -v asks for: one line at a time, to whoever prints. */
#ifndef KUBE_LOG_H
#define KUBE_LOG_H

#define KUBE_LOG_REQUESTS 6	/* method, URL, status, milliseconds */

struct kube_log {
	int	level;		/* -v; 0 says nothing */
	void	(*line)(void *arg, const char *text);	/* NULL: nobody */
	void	*arg;
};

/* As printf(3).  Never a token, a key or a Secret's data. */
void	kube_log(const struct kube_log *l, int level, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
