/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lease protocol of vga_lease.c and vga_keeper.c, for spin.
 *
 * Two cards of ours (0 and 1), each used by a task; a process that has mapped
 * the window of card 0 and faults; a foreign participant with a card of its
 * own (2), which is the kernel's arbiter as it is, lost wake-ups included; and
 * the host's console on card 3. Any task may be killed while it waits.
 *
 * Checked: a byte moves only while its own card, and no other, decodes and the
 * arbiter's lock is held for that card; the console never writes while a card
 * of ours decodes, nor any but its own once a lease was granted, unless somebody
 * kept the route for too long; nobody waits for ever (all_served, under weak fairness),
 * which includes every deadlock.
 *
 * Taken as given: between two courtesy cycles, which are milliseconds apart, a
 * participant gets from its test in vga_get() to its place in the queue, and
 * from being woken to its next test; and a lease is long enough for the store
 * whose fault asked for it.
 *
 * Defines: VGACON (the console is vgacon, no direct accesses), MAPPER (the
 * mapping process instead of card 0's task), TWINS (a second task of card 0
 * instead of card 1's), and the mutants that must fail:
 * NO_REPAIR, NO_COURTESY, ZAP_AFTER_PUT, PUT_EARLY, NO_ROUTE_BACK, NO_GIVE_UP,
 * TURN_UNLOCKED, WAKE_BEFORE_FREE.
 */
#ifndef ROUNDS
#define ROUNDS	2
#endif
#define PEER	2
#define HOST	3
#define NOBODY	4
/* Waiters in the arbiter: tasks of cards 0 and 1, the peer, and these. */
#define KEEPER	3
#define TWIN	4

mtype = { FREE, DIRECT, GRANTING, LEASED, ENDING };

/* The arbiter: its lock, the route, and its wait queue. */
byte lock = NOBODY, locks = 0, decodes = HOST;
bool queued[5], woken[5], between[5];

/* The console lock; first come, first served, as far as the keeper goes. */
bool console_held = false;
byte console_waiters = 0;
bool taken = false;		/* the keeper has it */
bool guard = false;		/* vgacon writes in its turns only */
bool denied = false;		/* somebody kept the route for too long */

/* Our route, under its spinlock: every access to it is atomic here too. */
mtype state = FREE;
byte holder = NOBODY;
chan queue = [2] of { byte };
byte waiting = 0;		/* devices in the queue */
bool in_queue[2], claimed[2], awake[3];	/* awake: by task */
byte waiters[2], users[2];

bool mapped = false;		/* card 0's window is in somebody's page table */
bool faulting = false;		/* for a store that is yet to come */
byte done = 0;
#ifdef VGACON
#define ACTORS	4	/* two of ours, the peer and the console */
#else
#define ACTORS	3
#endif

inline arbiter_put(the_card)
{
	d_step {
		locks--;
		if
		:: locks == 0 ->
			lock = NOBODY;
			woken[0] = woken[0] || queued[0];
			woken[1] = woken[1] || queued[1];
			woken[2] = woken[2] || queued[2];
			woken[3] = woken[3] || queued[3];
			woken[4] = woken[4] || queued[4]
		:: else
		fi
	}
}

/*
 * vga_get(): tests, drops its lock, queues, sleeps. @the_repair: a timer makes
 * it look again. @the_give_up: it may also return without the lock.
 */
inline arbiter_get(the_who, the_card, the_repair, the_give_up, the_got)
{
	the_got = false;
	do
	:: atomic {
		lock == NOBODY || lock == the_card ->
		lock = the_card; locks++; decodes = the_card;
		woken[the_who] = false; the_got = true; break
	   }
	:: atomic { lock != NOBODY && lock != the_card ->
		woken[the_who] = false; between[the_who] = true
	   };
	   d_step { queued[the_who] = true; between[the_who] = false };
	   if
	   :: woken[the_who]
	   :: the_repair -> skip
	   :: the_give_up -> queued[the_who] = false; break
	   fi;
	   queued[the_who] = false
	od
}

inline access(the_card)
{
	assert(decodes == the_card && lock == the_card)
}

/* wake_up_all() of a card's waiters. */
inline wake(the_card)
{
	awake[the_card] = true;
	awake[2] = awake[2] || the_card == 0
}

/* wait_event(): the outcome is in @the_ok; false when killed. */
inline lease_wait(the_card, the_task, the_ok, the_doomed)
{
	d_step { waiters[the_card]++; the_ok = false };
	do
	:: d_step {
		awake[the_task] = false;
		if
		:: state == LEASED && holder == the_card ->
			users[the_card]++; claimed[the_card] = true; the_ok = true
		:: else ->
			if
			:: !in_queue[the_card] &&
			   !(state == GRANTING && holder == the_card) ->
				in_queue[the_card] = true; waiting++; queue!the_card
			:: else
			fi
		fi
	   };
	   if
	   :: the_ok -> break
	   :: !the_ok && awake[the_task]
	   :: !the_ok && the_doomed -> break	/* killed */
	   fi
	od;
	waiters[the_card]--
}

proctype task(byte card, id, who)
{
	byte n = 0;
	bool ok, direct, doomed;

	/* Chosen now, so that being killed is no way out of a hang. */
	if
	:: doomed = true
	:: doomed = false
	fi;

	do
	:: n < ROUNDS ->
		n++;
		atomic {
			ok = false; direct = false;
			if
			:: state == LEASED && holder == card ->
				users[card]++; claimed[card] = true; ok = true
#ifndef VGACON
			:: waiting == 0 && (state == FREE ||
			   (state == DIRECT && holder == card)) ->
				state = DIRECT; holder = card;
				users[card]++; direct = true
#endif
			:: else
			fi
		};
		if
		:: direct ->
#ifdef NO_REPAIR
			arbiter_get(who, card, false, false, ok);
#else
			arbiter_get(who, card, true, doomed, ok);
#endif
			if
			:: ok -> access(card); arbiter_put(card)
			:: else		/* killed in the arbiter */
			fi;
			d_step {
				users[card]--;
				if
				:: users[card] == 0 ->
					state = FREE; holder = NOBODY
				:: else
				fi
			}
			if
			:: ok
			:: else -> break
			fi
		:: else ->
			if
			:: !ok -> lease_wait(card, id, ok, doomed)
			:: else
			fi;
			if
			:: ok -> access(card); users[card]--
			:: else -> break
			fi
		fi
	:: n == ROUNDS -> break
	od;
	done++
}

/* A process with the window of card 0 mapped: stores, and faults. */
proctype mapper()
{
	byte n = 0;
	bool ok, doomed;

	if
	:: doomed = true
	:: doomed = false
	fi;
	do
	:: n < ROUNDS ->
		if
		:: atomic { mapped -> access(0); faulting = false; n++ }
		:: !mapped ->
			faulting = true;
			lease_wait(0, 0, ok, doomed);
			if
			:: ok -> d_step { mapped = true; users[0]-- }
			:: else -> faulting = false; break
			fi
		fi
	:: n == ROUNDS -> break
	od;
	done++
}

/* Stock vfio-pci, or X: no timer of its own. It may print while it holds. */
proctype peer()
{
	byte n = 0;
	bool got, prints;

	if
	:: prints = true
	:: prints = false
	fi;
	do
	:: n < ROUNDS ->
		n++;
		arbiter_get(PEER, PEER, false, false, got);
		access(PEER);
#ifdef VGACON
		if
		:: prints ->
			console_waiters++;
			atomic {
				!console_held ->
				console_held = true; console_waiters--
			};
			console_held = false
		:: else
		fi;
#endif
		arbiter_put(PEER)
	:: n == ROUNDS -> break
	od;
	done++
}

#ifdef VGACON
/* vgacon does not ask; all it has is the console lock. */
proctype console()
{
	byte n = 0;

	do
	:: n < ROUNDS ->
		n++;
		console_waiters++;
		atomic {
			!console_held ->
			console_held = true; console_waiters--
		};
		assert(decodes != 0 && decodes != 1);
		assert(!guard || denied || decodes == HOST);
		console_held = false
	:: n == ROUNDS -> break
	od;
	done++
}

inline console_take()
{
	if
	:: taken
	:: else ->
		atomic {
			!console_held && console_waiters == 0 ->
			console_held = true; taken = true; denied = false
		}
	fi
}

/* vgacon's turn: with the route, or without if somebody keeps it too long. */
inline console_turn()
{
#ifdef NO_ROUTE_BACK
	d_step { console_held = false; taken = false }
#else
	arbiter_get(KEEPER, HOST, false, true, turn);
	if
	:: turn ->
		d_step { console_held = false; taken = false };
#ifdef TURN_UNLOCKED
		arbiter_put(HOST);
		console_take()
#else
		console_take();
		arbiter_put(HOST)
#endif
	:: else ->
#ifdef NO_GIVE_UP
		skip
#else
		d_step { console_held = false; taken = false; denied = true }
#endif
	fi
#endif
}
#endif

/* Get and put: wakes whoever lost a wake-up. */
inline courtesy()
{
	arbiter_get(KEEPER, HOST, true, true, got);
	if
	:: got -> arbiter_put(HOST)
	:: else
	fi
}

/* The same card's next lease, if nobody else waits; what queued for it goes. */
inline renew(the_card)
{
	d_step {
		again = !again &&
			(waiting == 0 || (waiting == 1 && in_queue[the_card]));
		if
		:: again && in_queue[the_card] ->
			queue?_; waiting--; in_queue[the_card] = false
		:: else
		fi;
		if
		:: again -> state = GRANTING
		:: else
		fi
	}
}

active proctype keeper()
{
	byte card;
	bool got, again;
#ifdef VGACON
	bool turn;
#endif

end:	do
	:: atomic {
		state == FREE && waiting > 0 ->
		queue?card; waiting--; in_queue[card] = false;
		state = GRANTING; holder = card
	   };
	   got = false; again = false;
	   do
	   :: waiters[card] == 0 || got -> break
	   :: else ->
#if defined(NO_REPAIR)
		arbiter_get(KEEPER, card, false, false, got);
#elif defined(VGACON)
		console_take();
		arbiter_get(KEEPER, card, false, true, got);
		if
		:: !got -> console_turn()
		:: else -> guard = true
		fi
#else
		arbiter_get(KEEPER, card, true, false, got)
#endif
	   od;
leased:	   if
	   :: got ->
		d_step {
			state = LEASED; claimed[card] = false;
			wake(card)
		};
		/* Expired, idle or revoked: any time after it was claimed. */
		(claimed[card] || waiters[card] == 0) &&
		!(card == 0 && claimed[0] && faulting);
		state = ENDING;
#ifndef PUT_EARLY
		users[card] == 0;
#endif
#ifndef ZAP_AFTER_PUT
		if
		:: card == 0 -> mapped = false
		:: else
		fi;
#endif
		if
		:: renew(card)
		:: again = false	/* idle, say */
		fi;
		arbiter_put(card);
#ifdef ZAP_AFTER_PUT
		if
		:: card == 0 -> mapped = false
		:: else
		fi;
#endif
		if
		:: again ->
#ifdef VGACON
			arbiter_get(KEEPER, card, false, true, got);
#else
			arbiter_get(KEEPER, card, true, true, got);
#endif
			goto leased
		:: else
		fi;
#ifdef VGACON
		if
		:: console_turn()
		:: waiting > 0		/* it is the next one's first */
		fi
#endif
	   :: else
	   fi;
#ifdef WAKE_BEFORE_FREE
	   d_step { wake(card) };
#endif
	   d_step { state = FREE; holder = NOBODY };
#ifndef WAKE_BEFORE_FREE
	   d_step { wake(card) }
#else
	   skip
#endif
#ifdef VGACON
	:: waiting == 0 && state == FREE && taken && done < ACTORS &&
	   !between[PEER] && !woken[PEER] ->
		console_turn()
#endif
#ifndef NO_COURTESY
	:: waiting == 0 && state == FREE && done < ACTORS && !taken &&
	   !between[PEER] && !woken[PEER] ->
		courtesy()
#endif
	od
}

init {
	atomic {
#ifdef MAPPER
		run mapper();
#else
		run task(0, 0, 0);
#endif
#ifdef TWINS
		run task(0, 2, TWIN);
#else
		run task(1, 1, 1);
#endif
		run peer();
#ifdef VGACON
		run console();
#endif
	}
}

ltl all_served { <> (done == ACTORS) }
