/*
 * The same-key rotation, and everything that may happen to it.
 *
 * Tool: kubectl istio rotate --apply or --rollback.  It reads, backs up, writes
 * once, restarts, waits; after each step, whatever the answer, it reads again,
 * and it keeps nothing but the backup: so "killed and run again" and "the
 * reply was lost" are both a jump to READ.
 * World: CA(i), a replica of Citadel or istiod, issues from what it has loaded,
 * M[i], and rewrites what differs: two on different roots undo each other's
 * work for as long as they overlap.  Kubelets and agents with their delays, and
 * a request still under way.  One process, so that fairness promises less.
 * Adversary: kills the tool, cuts its connection, crashes CAs; is GitOps that
 * puts the old secret back; demands a rollback and thinks better of it; starts
 * Pilot's pod anew; is the CA's own rotator, and the versions that read the
 * secret again.  It may stop at any time.
 *
 * A root is a number; its key, subject, SKI and date are macros.  A leaf is the
 * root that it was issued under.  Endpoint 0 is Envoy (rules B): it loads leaf
 * and root together, L0 is both.  Endpoint 1 is Pilot (rules G): its leaf L1
 * follows the secret, its root T1 is read once, at its start.  CM is the
 * published trust copy and the webhooks' caBundles, C what agents have of it.
 *
 * Left out, since it adds states and no behaviour: resourceVersions as numbers
 * (fresh: the secret is still as it was read; a late request with an old one is
 * refused, so it is forgotten); a secret for each endpoint (L0 and L1 differ
 * as it is); rollouts that go on without the tool (a crash, later); that a new
 * replica starts before the old one ends (the other slot overlaps).  Left to
 * other tests: the steps within a backup; refusals; plugged-in CAs.
 *
 *	-DCLAIM=X	X holds in every reachable state
 *	-DLIVE		the goal is reached under weak fairness, and said so
 *	-DLIMIT=N	the adversary has N crashes and reverts; without: any
 *	-DANY		no adversary, but whatever start: what he may leave, of
 *			two roots, since they are only compared (-DTHREE: of
 *			three, which takes a minute)
 *	-DEXPIRE	A may expire, at any moment; no rollback to it then
 *	-DFOREIGN	somebody may install another key; that is the end of
 *			S1 to S3, but not of S4
 *	-DNO_SKI	neither A nor what the CA makes of it has a SKI
 *	-DFORGIVE	S4 does not mind that the secret is absent
 *	-DMUT_X		the protocol done wrong
 *	-DNO_ROTATOR, -DNO_FREE	an adversary without his rotator; without what
 *			costs him nothing: Pilot's pod anew, the secret re-read
 */

/* roots: the old one, the tool's, the rotator's, one of another key */
#define NONE	0
#define A	1
#define A1	2
#define A2	3
#define Z	4

#define KEY(r)	(1 + ((r) == Z))
#ifdef MUT_SUBJECT		/* 1 and 2 spell one name */
#define SUBJ(r)	(1 + ((r) == A1))
#else
#define SUBJ(r)	1
#endif
#define CANON(s) (((s) + 1) / 2)
#ifdef NO_SKI
#define OLD_SKI	0
#else
#define OLD_SKI	1
#endif
#ifdef MUT_SKI
#define SKI(r)	((r) == Z -> 3 : ((r) == A1 -> 2 : OLD_SKI))
#else
#define SKI(r)	((r) == Z -> 3 : OLD_SKI)
#endif
#ifdef EXPIRE
bool expired;
#define DEAD(r)	((r) == A && expired)
#else
#define expired	false
#define DEAD(r)	false
#endif
#define GOOD(r)	((r) == A1 || (r) == A2)

/* a leaf under l, before anchor t */
#define SAME_SKI(l, t) (SKI(l) == SKI(t) || SKI(l) == 0 || SKI(t) == 0)
#define B(l, t)	(KEY(l) == KEY(t) && CANON(SUBJ(l)) == CANON(SUBJ(t)) && \
		SAME_SKI(l, t) && !DEAD(t))
#define G(l, t)	(KEY(l) == KEY(t) && SUBJ(l) == SUBJ(t) && !DEAD(t))

unsigned K : 3 = A;		/* the CA secret's certificate, */
unsigned Kkey : 2 = 1;		/* and its key; 0 with NONE */
byte M[2] = A;			/* NONE: down */
unsigned ws : 3 = A;		/* a workload's secret: leaf and root */
unsigned L0 : 3 = A;
unsigned L1 : 3 = A;
unsigned T1 : 3 = A;
unsigned CM : 3 = A;
unsigned C : 3 = A;
unsigned late : 3 = NONE;	/* a write under way that nobody waits for */

mtype = { READ, BACKUP, WRITE, CREATE, FIRST, WAIT, REPLICAS, PUBLISHED,
	LOADED, DONE };
mtype step = READ;
unsigned seen : 3 = NONE;
bool fresh;			/* nobody wrote since it read */
bool backup;			/* all that a kill leaves it */
bool rollback;			/* the operator's wish */
#ifdef EXPIRE
bool bytool[2];			/* down by its hand, K being as it read it */
#endif

#define TARGET	(rollback -> A : A1)
#define WANTED	((rollback && K == A) || (!rollback && GOOD(K)))
#define HELD	(ws == K && CM == K && C == K && L0 == K && L1 == K && T1 == K)
#define GOAL	(GOOD(K) && M[0] == K && M[1] == K && HELD && !rollback)

#ifdef FOREIGN
#define ROBBED	(Kkey == 2)
#else
#define ROBBED	false
#endif
#define EXCUSED	(expired || ROBBED)

/* S1: both directions between the endpoints */
#define S1	(EXCUSED || (B(L1, L0) && G(L0, T1)))

/* S2: every replica that serves, before the agents and the webhooks */
#define SERVES(i) (M[i] == NONE || (G(M[i], C) && G(M[i], CM)))
#define S2	(EXCUSED || (SERVES(0) && SERVES(1)))

/*
 * S3: a pod that starts now has leaf and roots from the secret, from a replica,
 * or from a replica that starts now too; and it may be of either kind.
 */
#define BOTH(a, b) (B(a, b) && G(a, b) && B(b, a) && G(b, a))
#define MEETS(n) (BOTH(n, L0) && BOTH(n, L1) && G(n, T1) && G(n, CM) && \
		G(n, C) && (M[0] == NONE || BOTH(n, M[0])) && \
		(M[1] == NONE || BOTH(n, M[1])))
#define S3	(EXCUSED || (MEETS(ws) && (K == NONE || MEETS(K)) && \
		(M[0] == NONE || MEETS(M[0])) && \
		(M[1] == NONE || MEETS(M[1]))))

/* S4: never absent; key and certificate are one pair */
#ifdef FORGIVE
#define S4	(K == NONE || KEY(K) == Kkey)
#else
#define S4	(K != NONE && KEY(K) == Kkey)
#endif

/*
 * UP: the tool takes no CA down that cannot start again, going by the secret as
 * it read it.  (No restart can be made conditional on a secret: GitOps may put
 * the expired root back between the two, and the next run writes again.)
 */
#ifdef EXPIRE
#define FELL(i)	(M[i] == NONE && bytool[i] && DEAD(K))
#define UP	(!FELL(0) && !FELL(1))
#else
#define UP	true
#endif

/*
 * HONEST: it says done, or rolled back, of what is so, unless somebody wrote
 * meanwhile.  A replica that fell will start with what the secret has.
 */
#define HOLDS(i) (M[i] == K || M[i] == NONE)
#define HONEST	(step != DONE || !fresh || \
		(WANTED && HOLDS(0) && HOLDS(1) && HELD))

#define SAFE	(S1 && S2 && S3 && S4 && UP && HONEST)

/* what must be refuted, or the model shows nothing */
#define NO_GOAL	!(step == DONE && GOAL)
#define NO_SUCCESSOR !(step == DONE && GOAL && K == A2)
#define NO_ROLLBACK !(step == DONE && rollback && fresh && backup)
#define NO_OVERLAP !(M[0] == A && M[1] == A1 && ws == A && L0 == A1)
#define NO_CONFLICT !(step == WRITE && !fresh)
#define NO_LATE !(late == A && GOOD(K) && step == REPLICAS)
#define NO_EXPIRY !(step == DONE && GOAL && expired)
#define NO_THIEF !(ROBBED && step == WRITE)

#ifdef CLAIM
never { do :: !(CLAIM) -> break :: else od }
#endif
#ifdef LIVE
ltl live { <> [] (GOAL) && [] <> (step == DONE) }
#endif

/* the secret has a new resourceVersion */
inline changed()
{
	fresh = false;
#ifdef EXPIRE
	bytool[0] = false;
	bytool[1] = false;
#endif
#ifndef MUT_NO_RV
	late = NONE
#endif
}

inline down(i)
{
	M[i] = NONE;
#ifdef EXPIRE
	bytool[i] = fresh
#endif
}

inline again()
{
	step = READ;
	seen = NONE;
	fresh = false
}

#ifdef MUT_NO_RV
#define LOCK	true
#else
#define LOCK	fresh
#endif
#ifdef MUT_RESTART_FIRST
#define NEXT	FIRST
#else
#define NEXT	WRITE
#endif

/* whatever a tool may find when it starts */
inline some(v)
{
	if
	:: v = A
	:: v = A1
#ifdef THREE
	:: v = A2
#endif
	fi
}

inline perhaps(v)
{
	if
	:: v = NONE
	:: some(v)
	fi
}

active proctype Tool()
{
#ifdef ANY
	atomic {
		some(K);
		perhaps(M[0]);
		perhaps(M[1]);
		some(ws);
		some(L0);
		some(L1);
		some(T1);
		some(CM);
		some(C);
		perhaps(late);
		backup = true;
#ifdef EXPIRE
		expired = true
#else
		if
		:: rollback = true
		:: rollback = false
		fi
#endif
	}
#endif
	do
	/* with another key there it stops */
	:: d_step { step == READ && K != NONE && Kkey == 1 ->
		seen = K;
		fresh = true;
		if
#ifndef MUT_ROLLBACK
		/* not its own work: adopted, lest the two never end */
		:: rollback && K == A2 -> rollback = false; again()
#endif
		:: WANTED -> step = REPLICAS
		:: else -> step = BACKUP
		fi
	   }
	:: d_step { step == BACKUP ->
		backup = true;
		step = NEXT
	   }
#ifdef MUT_DELETE_CREATE
	:: d_step { step == READ && K == NONE && backup -> step = CREATE }
	:: d_step { step == WRITE ->
		if
		:: fresh ->
			K = NONE;
			Kkey = 0;
			changed();
			step = CREATE
		:: else -> again()
		fi
	   }
	:: d_step { step == CREATE ->
		if
		:: K == NONE ->
			K = TARGET;
			Kkey = 1;
			changed()
		:: else
		fi;
		again()
	   }
#else
	/* a patch of the certificate alone; refused, it reads again */
	:: d_step { step == WRITE ->
		if
		:: LOCK ->
			K = TARGET;
			changed()
		:: else
		fi;
		again()
	   }
#endif
#ifdef MUT_RESTART_FIRST
	:: d_step { step == FIRST ->
		down(0);
		down(1);
		step = WAIT
	   }
	:: d_step { step == WAIT && M[0] != NONE && M[1] != NONE ->
		step = WRITE
	   }
#endif
	:: d_step { step == REPLICAS ->
		if
		:: M[0] == seen && M[1] == seen -> step = PUBLISHED
		:: M[0] != NONE && M[0] != seen -> down(0); again()
		:: M[1] != NONE && M[1] != seen &&
		    (M[0] == NONE || M[0] == seen) -> down(1); again()
		:: else -> again()
		fi
	   }
	:: d_step { step == PUBLISHED ->
		if
		:: ws == seen && CM == seen -> step = LOADED
		:: else -> again()
		fi
	   }
	:: d_step { step == LOADED ->
		if
		:: T1 != seen && ws == seen ->	/* Pilot is restarted */
			T1 = ws;
			L1 = ws;
			again()
		:: T1 == seen && L0 == seen && L1 == seen && C == seen ->
			step = DONE
		:: else -> again()
		fi
	   }
	:: d_step { step == DONE ->
		rollback = false;
		again()
	   }
	od
}

#define CAN_START (K != NONE && !DEAD(K) && !ROBBED)
#ifdef EXPIRE
#define STARTED(i) M[i] = K; bytool[i] = false
#else
#define STARTED(i) M[i] = K
#endif
#define CA(i) \
	:: d_step { M[i] == NONE && CAN_START -> STARTED(i) } \
	:: d_step { M[i] != NONE && ws != M[i] && !ROBBED -> ws = M[i] } \
	:: d_step { M[i] != NONE && CM != M[i] && !ROBBED -> CM = M[i] }
/* a CA that finds no secret mints one */
#define MINT(i) \
	:: d_step { M[i] == NONE && K == NONE -> \
		K = Z; \
		Kkey = 2; \
		M[i] = Z; \
		changed() \
	   }

active proctype World()
{
	do
	CA(0)
	CA(1)
#ifdef MUT_DELETE_CREATE
	MINT(0)
	MINT(1)
#endif
	:: d_step { L0 != ws && !ROBBED -> L0 = ws }
	:: d_step { L1 != ws && !ROBBED -> L1 = ws }
	:: d_step { C != CM && !ROBBED -> C = CM }
	:: d_step { late != NONE ->
		if
		:: K != NONE ->
			K = late;
			changed()
		:: else
		fi;
		late = NONE
	   }
	:: d_step { late != NONE -> late = NONE }	/* it was lost */
	od
}

#ifndef ANY
#ifdef LIMIT
byte faults;
#define FAULT	(faults < LIMIT && !ROBBED)
#define COUNT	faults++
#else
#define FAULT	!ROBBED
#define COUNT	skip
#endif

active proctype Adversary()
{
	do
	:: d_step { FAULT && step != READ -> COUNT; again() }	/* kill -9 */
	:: d_step { FAULT && step == WRITE && LOCK && late == NONE ->
		COUNT;			/* the connection is cut */
		late = TARGET;
		again()
	   }
	:: d_step { FAULT && M[0] != NONE -> COUNT; M[0] = NONE }
	:: d_step { FAULT && M[1] != NONE -> COUNT; M[1] = NONE }
	:: d_step { FAULT && GOOD(K) -> COUNT; K = A; changed() } /* GitOps */
#ifdef EXPIRE
	:: d_step { !expired -> expired = true }
#else
	:: d_step { FAULT && step == READ && backup && !rollback ->
		COUNT;
		rollback = true
	   }
	:: d_step { step == READ && rollback -> rollback = false }
#endif
#ifdef FOREIGN
	:: d_step { Kkey == 1 -> K = Z; Kkey = 2; changed() }
#endif
#ifndef NO_FREE
	:: d_step { T1 != ws && !ROBBED -> T1 = ws; L1 = ws }
#endif
#ifndef NO_ROTATOR
	:: d_step { M[0] != NONE && K == A && !DEAD(A) ->
		K = A2;
		M[0] = A2;
		changed()
	   }
	:: d_step { M[1] != NONE && K == A && !DEAD(A) ->
		K = A2;
		M[1] = A2;
		changed()
	   }
#endif
#ifndef NO_FREE
	:: d_step { M[0] != NONE && M[0] != K && CAN_START -> M[0] = K }
	:: d_step { M[1] != NONE && M[1] != K && CAN_START -> M[1] = K }
#endif
#ifdef LIVE
	:: break
#endif
	od
}
#endif
