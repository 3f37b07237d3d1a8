/*
 * Named crash points: where the crash torture kills.
 *
 * Before and after each effect that has to survive a crash (a write, an fsync,
 * a rename, a request) its code calls point("before VERB", "OBJECT") and
 * point("after VERB", "OBJECT").  In a normal build that is nothing at all.
 *
 * Built with -DKI_POINTS (make O=build/torture CPPFLAGS=-DKI_POINTS) the
 * points of a process are counted from 1, and the environment says what for:
 *	KI_POINTS_LOG=FILE	"N before fsync backup/secret.yaml" is appended
 *	KI_POINTS_KILL=N	at point N, once it is logged: SIGKILL
 * Objects have the same names in every run: no paths, no times.  errno is left
 * as it is.  A log that cannot be written ends the process (abort): a torture
 * without its list would prove nothing.
 */
#ifndef BASE_POINT_H
#define BASE_POINT_H

#ifdef KI_POINTS
void	point(const char *verb, const char *object);
#else
#define point(verb, object) ((void)(verb), (void)(object))
#endif

#endif
