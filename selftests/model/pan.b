	switch (t->back) {
	default: Uerror("bad return move");
	case  0: goto R999; /* nothing to undo */

		 /* CLAIM all_served */
;
		;
		
	case 4: // STATE 6
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC :init: */

	case 5: // STATE 1
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 6: // STATE 2
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 7: // STATE 3
		;
		;
		delproc(0, now._nr_pr-1);
		;
		goto R999;

	case 8: // STATE 5
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC keeper */
;
		;
		
	case 10: // STATE 8
		;
		((P3 *)_this)->got = trpt->bup.ovals[5];
		now.holder = trpt->bup.ovals[4];
		now.state = trpt->bup.ovals[3];
		now.in_queue[ Index(((P3 *)_this)->card, 2) ] = trpt->bup.ovals[2];
		now.waiting = trpt->bup.ovals[1];
		XX = 1;
		unrecv(now.queue, XX-1, 0, ((int)((P3 *)_this)->card), 1);
		((P3 *)_this)->card = trpt->bup.ovals[0];
		;
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;
;
		;
		
	case 12: // STATE 12
		;
		((P3 *)_this)->got = trpt->bup.oval;
		;
		goto R999;

	case 13: // STATE 18
		;
		((P3 *)_this)->got = trpt->bup.ovals[4];
		now.woken[3] = trpt->bup.ovals[3];
		now.decodes = trpt->bup.ovals[2];
		now.locks = trpt->bup.ovals[1];
		now.lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 14: // STATE 23
		;
		now.between[3] = trpt->bup.ovals[1];
		now.woken[3] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
	case 15: // STATE 27
		sv_restor();
		goto R999;
;
		;
		
	case 17: // STATE 32
		;
		now.queued[3] = trpt->bup.oval;
		;
		goto R999;

	case 18: // STATE 36
		;
		now.queued[3] = trpt->bup.oval;
		;
		goto R999;

	case 19: // STATE 44
		;
	/* 0 */	((P3 *)_this)->got = trpt->bup.oval;
		;
		;
		goto R999;
	case 20: // STATE 50
		sv_restor();
		goto R999;
;
		;
		
	case 22: // STATE 52
		;
		now.state = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
		
	case 25: // STATE 55
		;
		now.mapped = trpt->bup.oval;
		;
		goto R999;
	case 26: // STATE 70
		sv_restor();
		goto R999;
	case 27: // STATE 77
		sv_restor();
		goto R999;
	case 28: // STATE 81
		sv_restor();
		goto R999;
;
		;
		
	case 30: // STATE 83
		;
		((P3 *)_this)->got = trpt->bup.oval;
		;
		goto R999;

	case 31: // STATE 89
		;
		((P3 *)_this)->got = trpt->bup.ovals[4];
		now.woken[3] = trpt->bup.ovals[3];
		now.decodes = trpt->bup.ovals[2];
		now.locks = trpt->bup.ovals[1];
		now.lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 32: // STATE 94
		;
		now.between[3] = trpt->bup.ovals[1];
		now.woken[3] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
	case 33: // STATE 98
		sv_restor();
		goto R999;
;
		;
		
	case 35: // STATE 103
		;
		now.queued[3] = trpt->bup.oval;
		;
		goto R999;

	case 36: // STATE 107
		;
		now.queued[3] = trpt->bup.oval;
		;
		goto R999;

	case 37: // STATE 112
		;
	/* 0 */	((P3 *)_this)->got = trpt->bup.oval;
		;
		;
		goto R999;
	case 38: // STATE 124
		sv_restor();
		goto R999;

	case 39: // STATE 133
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC peer */

	case 40: // STATE 1
		;
		((P2 *)_this)->prints = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 41: // STATE 2
		;
		((P2 *)_this)->prints = trpt->bup.oval;
		;
		goto R999;

	case 42: // STATE 6
		;
		((P2 *)_this)->n = trpt->bup.oval;
		;
		goto R999;

	case 43: // STATE 7
		;
		((P2 *)_this)->got = trpt->bup.oval;
		;
		goto R999;

	case 44: // STATE 13
		;
		((P2 *)_this)->got = trpt->bup.ovals[4];
		now.woken[2] = trpt->bup.ovals[3];
		now.decodes = trpt->bup.ovals[2];
		now.locks = trpt->bup.ovals[1];
		now.lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 6);
		goto R999;

	case 45: // STATE 18
		;
		now.between[2] = trpt->bup.ovals[1];
		now.woken[2] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
	case 46: // STATE 22
		sv_restor();
		goto R999;
;
		;
		
	case 48: // STATE 27
		;
		now.queued[2] = trpt->bup.oval;
		;
		goto R999;

	case 49: // STATE 31
		;
		now.queued[2] = trpt->bup.oval;
		;
		goto R999;
;
		;
			case 51: // STATE 49
		sv_restor();
		goto R999;

	case 52: // STATE 51
		;
	/* 0 */	((P2 *)_this)->n = trpt->bup.oval;
		;
		;
		goto R999;

	case 53: // STATE 56
		;
		now.done = trpt->bup.oval;
		;
		goto R999;

	case 54: // STATE 57
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC mapper */

	case 55: // STATE 1
		;
		((P1 *)_this)->doomed = trpt->bup.oval;
		;
		goto R999;

	case 56: // STATE 2
		;
		((P1 *)_this)->doomed = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
		
	case 59: // STATE 10
		;
		((P1 *)_this)->n = trpt->bup.ovals[1];
		now.faulting = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
;
		;
		
	case 61: // STATE 13
		;
		now.faulting = trpt->bup.oval;
		;
		goto R999;
	case 62: // STATE 16
		sv_restor();
		goto R999;
	case 63: // STATE 32
		sv_restor();
		goto R999;
;
		;
		;
		;
		;
		;
		
	case 67: // STATE 43
		;
		now.waiters[0] = trpt->bup.oval;
		;
		goto R999;

	case 68: // STATE 45
		;
	/* 0 */	((P1 *)_this)->ok = trpt->bup.oval;
		;
		;
		goto R999;
	case 69: // STATE 48
		sv_restor();
		goto R999;

	case 70: // STATE 50
		;
		now.faulting = trpt->bup.oval;
		;
		goto R999;

	case 71: // STATE 56
		;
	/* 0 */	((P1 *)_this)->n = trpt->bup.oval;
		;
		;
		goto R999;

	case 72: // STATE 61
		;
		now.done = trpt->bup.oval;
		;
		goto R999;

	case 73: // STATE 62
		;
		p_restor(II);
		;
		;
		goto R999;

		 /* PROC task */

	case 74: // STATE 1
		;
		((P0 *)_this)->doomed = trpt->bup.oval;
		;
		goto R999;

	case 75: // STATE 2
		;
		((P0 *)_this)->doomed = trpt->bup.oval;
		;
		goto R999;

	case 76: // STATE 6
		;
		((P0 *)_this)->n = trpt->bup.oval;
		;
		goto R999;

	case 77: // STATE 8
		;
		((P0 *)_this)->direct = trpt->bup.ovals[1];
		((P0 *)_this)->ok = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;

	case 78: // STATE 12
		;
		((P0 *)_this)->ok = trpt->bup.ovals[2];
		now.claimed[ Index(((P0 *)_this)->card, 2) ] = trpt->bup.ovals[1];
		now.users[ Index(((P0 *)_this)->card, 2) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 3);
		goto R999;
;
		
	case 79: // STATE 20
		goto R999;

	case 80: // STATE 17
		;
		((P0 *)_this)->direct = trpt->bup.ovals[3];
		now.users[ Index(((P0 *)_this)->card, 2) ] = trpt->bup.ovals[2];
		now.holder = trpt->bup.ovals[1];
		now.state = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 4);
		goto R999;

	case 81: // STATE 22
		;
	/* 0 */	((P0 *)_this)->direct = trpt->bup.oval;
		;
		;
		goto R999;

	case 82: // STATE 23
		;
		((P0 *)_this)->ok = trpt->bup.oval;
		;
		goto R999;

	case 83: // STATE 29
		;
		((P0 *)_this)->ok = trpt->bup.ovals[4];
		now.woken[ Index(((P0 *)_this)->who, 5) ] = trpt->bup.ovals[3];
		now.decodes = trpt->bup.ovals[2];
		now.locks = trpt->bup.ovals[1];
		now.lock = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 5);
		goto R999;

	case 84: // STATE 34
		;
		now.between[ Index(((P0 *)_this)->who, 5) ] = trpt->bup.ovals[1];
		now.woken[ Index(((P0 *)_this)->who, 5) ] = trpt->bup.ovals[0];
		;
		ungrab_ints(trpt->bup.ovals, 2);
		goto R999;
	case 85: // STATE 38
		sv_restor();
		goto R999;
;
		;
		;
		;
		
	case 88: // STATE 43
		;
		now.queued[ Index(((P0 *)_this)->who, 5) ] = trpt->bup.oval;
		;
		goto R999;

	case 89: // STATE 47
		;
		now.queued[ Index(((P0 *)_this)->who, 5) ] = trpt->bup.oval;
		;
		goto R999;
;
		;
		;
		;
			case 92: // STATE 66
		sv_restor();
		goto R999;
	case 93: // STATE 78
		sv_restor();
		goto R999;

	case 94: // STATE 79
		;
	/* 0 */	((P0 *)_this)->ok = trpt->bup.oval;
		;
		;
		goto R999;

	case 95: // STATE 85
		;
	/* 0 */	((P0 *)_this)->ok = trpt->bup.oval;
		;
		;
		goto R999;
	case 96: // STATE 88
		sv_restor();
		goto R999;
	case 97: // STATE 104
		sv_restor();
		goto R999;
;
		;
		;
		;
		;
		;
		
	case 101: // STATE 115
		;
		now.waiters[ Index(((P0 *)_this)->card, 2) ] = trpt->bup.oval;
		;
		goto R999;

	case 102: // STATE 120
		;
	/* 0 */	((P0 *)_this)->ok = trpt->bup.oval;
		;
		;
		goto R999;
;
		;
		
	case 104: // STATE 123
		;
		now.users[ Index(((P0 *)_this)->card, 2) ] = trpt->bup.oval;
		;
		goto R999;

	case 105: // STATE 130
		;
	/* 0 */	((P0 *)_this)->n = trpt->bup.oval;
		;
		;
		goto R999;

	case 106: // STATE 135
		;
		now.done = trpt->bup.oval;
		;
		goto R999;

	case 107: // STATE 136
		;
		p_restor(II);
		;
		;
		goto R999;
	}

