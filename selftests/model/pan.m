#define rand	pan_rand
#define pthread_equal(a,b)	((a)==(b))
#if defined(HAS_CODE) && defined(VERBOSE)
	#ifdef BFS_PAR
		bfs_printf("Pr: %d Tr: %d\n", II, t->forw);
	#else
		cpu_printf("Pr: %d Tr: %d\n", II, t->forw);
	#endif
#endif
	switch (t->forw) {
	default: Uerror("bad forward move");
	case 0:	/* if without executable clauses */
		continue;
	case 1: /* generic 'goto' or 'skip' */
		IfNotBlocked
		_m = 3; goto P999;
	case 2: /* generic 'else' */
		IfNotBlocked
		if (trpt->o_pm&1) continue;
		_m = 3; goto P999;

		 /* CLAIM all_served */
	case 3: // STATE 1 - _spin_nvr.tmp:4 - [(!((done==3)))] (0:0:0 - 1)
		
#if defined(VERI) && !defined(NP)
#if NCLAIMS>1
		{	static int reported1 = 0;
			if (verbose && !reported1)
			{	int nn = (int) ((Pclaim *)pptr(0))->_n;
				printf("depth %ld: Claim %s (%d), state %d (line %d)\n",
					depth, procname[spin_c_typ[nn]], nn, (int) ((Pclaim *)pptr(0))->_p, src_claim[ (int) ((Pclaim *)pptr(0))->_p ]);
				reported1 = 1;
				fflush(stdout);
		}	}
#else
		{	static int reported1 = 0;
			if (verbose && !reported1)
			{	printf("depth %d: Claim, state %d (line %d)\n",
					(int) depth, (int) ((Pclaim *)pptr(0))->_p, src_claim[ (int) ((Pclaim *)pptr(0))->_p ]);
				reported1 = 1;
				fflush(stdout);
		}	}
#endif
#endif
		reached[5][1] = 1;
		if (!( !((((int)now.done)==3))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 4: // STATE 6 - _spin_nvr.tmp:6 - [-end-] (0:0:0 - 1)
		
#if defined(VERI) && !defined(NP)
#if NCLAIMS>1
		{	static int reported6 = 0;
			if (verbose && !reported6)
			{	int nn = (int) ((Pclaim *)pptr(0))->_n;
				printf("depth %ld: Claim %s (%d), state %d (line %d)\n",
					depth, procname[spin_c_typ[nn]], nn, (int) ((Pclaim *)pptr(0))->_p, src_claim[ (int) ((Pclaim *)pptr(0))->_p ]);
				reported6 = 1;
				fflush(stdout);
		}	}
#else
		{	static int reported6 = 0;
			if (verbose && !reported6)
			{	printf("depth %d: Claim, state %d (line %d)\n",
					(int) depth, (int) ((Pclaim *)pptr(0))->_p, src_claim[ (int) ((Pclaim *)pptr(0))->_p ]);
				reported6 = 1;
				fflush(stdout);
		}	}
#endif
#endif
		reached[5][6] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC :init: */
	case 5: // STATE 1 - lease.pml:396 - [(run task(0,0,0))] (0:0:0 - 1)
		IfNotBlocked
		reached[4][1] = 1;
		if (!(addproc(II, 1, 0, 0, 0, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 6: // STATE 2 - lease.pml:401 - [(run task(1,1,1))] (0:0:0 - 1)
		IfNotBlocked
		reached[4][2] = 1;
		if (!(addproc(II, 1, 0, 1, 1, 1)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 7: // STATE 3 - lease.pml:403 - [(run peer())] (0:0:0 - 1)
		IfNotBlocked
		reached[4][3] = 1;
		if (!(addproc(II, 1, 2, 0, 0, 0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 8: // STATE 5 - lease.pml:408 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[4][5] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC keeper */
	case 9: // STATE 1 - lease.pml:306 - [(((state==FREE)&&(waiting>0)))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][1] = 1;
		if (!(((now.state==5)&&(((int)now.waiting)>0))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 10: // STATE 2 - lease.pml:307 - [queue?card] (41:0:6 - 1)
		reached[3][2] = 1;
		if (q_len(now.queue) == 0) continue;

		XX=1;
		(trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((int)((P3 *)_this)->card);
		;
		((P3 *)_this)->card = qrecv(now.queue, XX-1, 0, 1);
#ifdef VAR_RANGES
		logval("keeper:card", ((int)((P3 *)_this)->card));
#endif
		;
		
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[32];
			sprintf(simvals, "%d?", now.queue);
		sprintf(simtmp, "%d", ((int)((P3 *)_this)->card)); strcat(simvals, simtmp);		}
#endif
		;
		/* merge: waiting = (waiting-1)(41, 3, 41) */
		reached[3][3] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.waiting);
		now.waiting = (((int)now.waiting)-1);
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
		/* merge: in_queue[card] = 0(41, 4, 41) */
		reached[3][4] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.in_queue[ Index(((int)((P3 *)_this)->card), 2) ]);
		now.in_queue[ Index(((P3 *)_this)->card, 2) ] = 0;
#ifdef VAR_RANGES
		logval("in_queue[keeper:card]", ((int)now.in_queue[ Index(((int)((P3 *)_this)->card), 2) ]));
#endif
		;
		/* merge: state = GRANTING(41, 5, 41) */
		reached[3][5] = 1;
		(trpt+1)->bup.ovals[3] = now.state;
		now.state = 3;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
		/* merge: holder = card(41, 6, 41) */
		reached[3][6] = 1;
		(trpt+1)->bup.ovals[4] = ((int)now.holder);
		now.holder = ((int)((P3 *)_this)->card);
#ifdef VAR_RANGES
		logval("holder", ((int)now.holder));
#endif
		;
		/* merge: got = 0(41, 8, 41) */
		reached[3][8] = 1;
		(trpt+1)->bup.ovals[5] = ((int)((P3 *)_this)->got);
		((P3 *)_this)->got = 0;
#ifdef VAR_RANGES
		logval("keeper:got", ((int)((P3 *)_this)->got));
#endif
		;
		/* merge: .(goto)(0, 42, 41) */
		reached[3][42] = 1;
		;
		_m = 4; goto P999; /* 6 */
	case 11: // STATE 9 - lease.pml:312 - [(((waiters[card]==0)||got))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][9] = 1;
		if (!(((((int)now.waiters[ Index(((int)((P3 *)_this)->card), 2) ])==0)||((int)((P3 *)_this)->got))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 12: // STATE 12 - lease.pml:82 - [got = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][12] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->got);
		((P3 *)_this)->got = 0;
#ifdef VAR_RANGES
		logval("keeper:got", ((int)((P3 *)_this)->got));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 13: // STATE 13 - lease.pml:85 - [(((lock==4)||(lock==card)))] (41:0:5 - 1)
		IfNotBlocked
		reached[3][13] = 1;
		if (!(((((int)now.lock)==4)||(((int)now.lock)==((int)((P3 *)_this)->card)))))
			continue;
		/* merge: lock = card(41, 14, 41) */
		reached[3][14] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.lock);
		now.lock = ((int)((P3 *)_this)->card);
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
		/* merge: locks = (locks+1)(41, 15, 41) */
		reached[3][15] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.locks);
		now.locks = (((int)now.locks)+1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
		/* merge: decodes = card(41, 16, 41) */
		reached[3][16] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.decodes);
		now.decodes = ((int)((P3 *)_this)->card);
#ifdef VAR_RANGES
		logval("decodes", ((int)now.decodes));
#endif
		;
		/* merge: woken[3] = 0(41, 17, 41) */
		reached[3][17] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.woken[3]);
		now.woken[3] = 0;
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
		/* merge: got = 1(41, 18, 41) */
		reached[3][18] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P3 *)_this)->got);
		((P3 *)_this)->got = 1;
#ifdef VAR_RANGES
		logval("keeper:got", ((int)((P3 *)_this)->got));
#endif
		;
		/* merge: goto :b9(41, 19, 41) */
		reached[3][19] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 14: // STATE 21 - lease.pml:89 - [(((lock!=4)&&(lock!=card)))] (27:0:2 - 1)
		IfNotBlocked
		reached[3][21] = 1;
		if (!(((((int)now.lock)!=4)&&(((int)now.lock)!=((int)((P3 *)_this)->card)))))
			continue;
		/* merge: woken[3] = 0(27, 22, 27) */
		reached[3][22] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.woken[3]);
		now.woken[3] = 0;
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
		/* merge: between[3] = 1(27, 23, 27) */
		reached[3][23] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.between[3]);
		now.between[3] = 1;
#ifdef VAR_RANGES
		logval("between[3]", ((int)now.between[3]));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 15: // STATE 27 - lease.pml:92 - [D_STEP92]
		IfNotBlocked

		reached[3][27] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_279_0: /* 2 */
		now.queued[3] = 1;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
S_280_0: /* 2 */
		now.between[3] = 0;
#ifdef VAR_RANGES
		logval("between[3]", ((int)now.between[3]));
#endif
		;
		goto S_288_0;
S_288_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 16: // STATE 28 - lease.pml:94 - [(woken[3])] (0:0:0 - 1)
		IfNotBlocked
		reached[3][28] = 1;
		if (!(((int)now.woken[3])))
			continue;
		_m = 3; goto P999; /* 0 */
	case 17: // STATE 32 - lease.pml:96 - [queued[3] = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][32] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[3]);
		now.queued[3] = 0;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 18: // STATE 36 - lease.pml:98 - [queued[3] = 0] (0:0:1 - 3)
		IfNotBlocked
		reached[3][36] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[3]);
		now.queued[3] = 0;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 19: // STATE 44 - lease.pml:336 - [(got)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][44] = 1;
		if (!(((int)((P3 *)_this)->got)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: got */  (trpt+1)->bup.oval = ((P3 *)_this)->got;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->got = 0;
		_m = 3; goto P999; /* 0 */
	case 20: // STATE 50 - lease.pml:337 - [D_STEP337]
		IfNotBlocked

		reached[3][50] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_299_0: /* 2 */
		now.state = 2;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
S_300_0: /* 2 */
		now.claimed[ Index(((P3 *)_this)->card, 2) ] = 0;
#ifdef VAR_RANGES
		logval("claimed[keeper:card]", ((int)now.claimed[ Index(((int)((P3 *)_this)->card), 2) ]));
#endif
		;
S_303_0: /* 2 */
S_301_0: /* 2 */
		now.awake[ Index(((P3 *)_this)->card, 3) ] = 1;
#ifdef VAR_RANGES
		logval("awake[keeper:card]", ((int)now.awake[ Index(((int)((P3 *)_this)->card), 3) ]));
#endif
		;
S_302_0: /* 2 */
		now.awake[2] = (((int)now.awake[2])||(((int)((P3 *)_this)->card)==0));
#ifdef VAR_RANGES
		logval("awake[2]", ((int)now.awake[2]));
#endif
		;
		goto S_305_0;
S_305_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 21: // STATE 51 - lease.pml:343 - [(((claimed[card]||(waiters[card]==0))&&!((((card==0)&&claimed[0])&&faulting))))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][51] = 1;
		if (!(((((int)now.claimed[ Index(((int)((P3 *)_this)->card), 2) ])||(((int)now.waiters[ Index(((int)((P3 *)_this)->card), 2) ])==0))&& !((((((int)((P3 *)_this)->card)==0)&&((int)now.claimed[0]))&&((int)now.faulting))))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 22: // STATE 52 - lease.pml:344 - [state = ENDING] (0:0:1 - 1)
		IfNotBlocked
		reached[3][52] = 1;
		(trpt+1)->bup.oval = now.state;
		now.state = 1;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 23: // STATE 53 - lease.pml:346 - [((users[card]==0))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][53] = 1;
		if (!((((int)now.users[ Index(((int)((P3 *)_this)->card), 2) ])==0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 24: // STATE 54 - lease.pml:350 - [((card==0))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][54] = 1;
		if (!((((int)((P3 *)_this)->card)==0)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 25: // STATE 55 - lease.pml:350 - [mapped = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][55] = 1;
		(trpt+1)->bup.oval = ((int)now.mapped);
		now.mapped = 0;
#ifdef VAR_RANGES
		logval("mapped", ((int)now.mapped));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 26: // STATE 70 - lease.pml:61 - [D_STEP61]
		IfNotBlocked

		reached[3][70] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_313_0: /* 2 */
		now.locks = (((int)now.locks)-1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
S_322_0: /* 2 */
S_314_0: /* 2 */
		if (!((((int)now.locks)==0)))
			goto S_322_1;
S_315_0: /* 2 */
		now.lock = 4;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
S_316_0: /* 2 */
		now.woken[0] = (((int)now.woken[0])||((int)now.queued[0]));
#ifdef VAR_RANGES
		logval("woken[0]", ((int)now.woken[0]));
#endif
		;
S_317_0: /* 2 */
		now.woken[1] = (((int)now.woken[1])||((int)now.queued[1]));
#ifdef VAR_RANGES
		logval("woken[1]", ((int)now.woken[1]));
#endif
		;
S_318_0: /* 2 */
		now.woken[2] = (((int)now.woken[2])||((int)now.queued[2]));
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
S_319_0: /* 2 */
		now.woken[3] = (((int)now.woken[3])||((int)now.queued[3]));
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
S_320_0: /* 2 */
		now.woken[4] = (((int)now.woken[4])||((int)now.queued[4]));
#ifdef VAR_RANGES
		logval("woken[4]", ((int)now.woken[4]));
#endif
		;
		goto S_323_0;
S_322_1: /* 3 */
S_321_0: /* 2 */
		/* else */;
		goto S_323_0;
S_322_2: /* 3 */
		Uerror("blocking sel in d_step (nr.0, near line 63)");
S_323_0: /* 2 */
		goto S_328_0;
S_328_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 27: // STATE 77 - lease.pml:377 - [D_STEP377]
		IfNotBlocked

		reached[3][77] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_329_0: /* 2 */
		now.state = 5;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
S_330_0: /* 2 */
		now.holder = 4;
#ifdef VAR_RANGES
		logval("holder", ((int)now.holder));
#endif
		;
		goto S_335_0;
S_335_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 28: // STATE 81 - lease.pml:379 - [D_STEP379]
		IfNotBlocked

		reached[3][81] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;


		reached[3][81] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		sv_save();
		S_334_0: /* 2 */
S_332_0: /* 2 */
		now.awake[ Index(((P3 *)_this)->card, 3) ] = 1;
#ifdef VAR_RANGES
		logval("awake[keeper:card]", ((int)now.awake[ Index(((int)((P3 *)_this)->card), 3) ]));
#endif
		;
S_333_0: /* 2 */
		now.awake[2] = (((int)now.awake[2])||(((int)((P3 *)_this)->card)==0));
#ifdef VAR_RANGES
		logval("awake[2]", ((int)now.awake[2]));
#endif
		;
		goto S_385_0;
S_385_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 29: // STATE 82 - lease.pml:385 - [((((((waiting==0)&&(state==FREE))&&(done<3))&&!(between[2]))&&!(woken[2])))] (0:0:0 - 1)
		IfNotBlocked
		reached[3][82] = 1;
		if (!((((((((int)now.waiting)==0)&&(now.state==5))&&(((int)now.done)<3))&& !(((int)now.between[2])))&& !(((int)now.woken[2])))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 30: // STATE 83 - lease.pml:82 - [got = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][83] = 1;
		(trpt+1)->bup.oval = ((int)((P3 *)_this)->got);
		((P3 *)_this)->got = 0;
#ifdef VAR_RANGES
		logval("keeper:got", ((int)((P3 *)_this)->got));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 31: // STATE 84 - lease.pml:85 - [(((lock==4)||(lock==3)))] (127:0:5 - 1)
		IfNotBlocked
		reached[3][84] = 1;
		if (!(((((int)now.lock)==4)||(((int)now.lock)==3))))
			continue;
		/* merge: lock = 3(127, 85, 127) */
		reached[3][85] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.lock);
		now.lock = 3;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
		/* merge: locks = (locks+1)(127, 86, 127) */
		reached[3][86] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.locks);
		now.locks = (((int)now.locks)+1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
		/* merge: decodes = 3(127, 87, 127) */
		reached[3][87] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.decodes);
		now.decodes = 3;
#ifdef VAR_RANGES
		logval("decodes", ((int)now.decodes));
#endif
		;
		/* merge: woken[3] = 0(127, 88, 127) */
		reached[3][88] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.woken[3]);
		now.woken[3] = 0;
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
		/* merge: got = 1(127, 89, 127) */
		reached[3][89] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P3 *)_this)->got);
		((P3 *)_this)->got = 1;
#ifdef VAR_RANGES
		logval("keeper:got", ((int)((P3 *)_this)->got));
#endif
		;
		/* merge: goto :b10(127, 90, 127) */
		reached[3][90] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 32: // STATE 92 - lease.pml:89 - [(((lock!=4)&&(lock!=3)))] (98:0:2 - 1)
		IfNotBlocked
		reached[3][92] = 1;
		if (!(((((int)now.lock)!=4)&&(((int)now.lock)!=3))))
			continue;
		/* merge: woken[3] = 0(98, 93, 98) */
		reached[3][93] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.woken[3]);
		now.woken[3] = 0;
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
		/* merge: between[3] = 1(98, 94, 98) */
		reached[3][94] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.between[3]);
		now.between[3] = 1;
#ifdef VAR_RANGES
		logval("between[3]", ((int)now.between[3]));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 33: // STATE 98 - lease.pml:92 - [D_STEP92]
		IfNotBlocked

		reached[3][98] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_350_0: /* 2 */
		now.queued[3] = 1;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
S_351_0: /* 2 */
		now.between[3] = 0;
#ifdef VAR_RANGES
		logval("between[3]", ((int)now.between[3]));
#endif
		;
		goto S_359_0;
S_359_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 34: // STATE 99 - lease.pml:94 - [(woken[3])] (0:0:0 - 1)
		IfNotBlocked
		reached[3][99] = 1;
		if (!(((int)now.woken[3])))
			continue;
		_m = 3; goto P999; /* 0 */
	case 35: // STATE 103 - lease.pml:96 - [queued[3] = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[3][103] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[3]);
		now.queued[3] = 0;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 36: // STATE 107 - lease.pml:98 - [queued[3] = 0] (0:0:1 - 3)
		IfNotBlocked
		reached[3][107] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[3]);
		now.queued[3] = 0;
#ifdef VAR_RANGES
		logval("queued[3]", ((int)now.queued[3]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 37: // STATE 112 - lease.pml:294 - [(got)] (0:0:1 - 1)
		IfNotBlocked
		reached[3][112] = 1;
		if (!(((int)((P3 *)_this)->got)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: got */  (trpt+1)->bup.oval = ((P3 *)_this)->got;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P3 *)_this)->got = 0;
		_m = 3; goto P999; /* 0 */
	case 38: // STATE 124 - lease.pml:61 - [D_STEP61]
		IfNotBlocked

		reached[3][124] = 1;
		reached[3][t->st] = 1;
		reached[3][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_367_0: /* 2 */
		now.locks = (((int)now.locks)-1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
S_376_0: /* 2 */
S_368_0: /* 2 */
		if (!((((int)now.locks)==0)))
			goto S_376_1;
S_369_0: /* 2 */
		now.lock = 4;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
S_370_0: /* 2 */
		now.woken[0] = (((int)now.woken[0])||((int)now.queued[0]));
#ifdef VAR_RANGES
		logval("woken[0]", ((int)now.woken[0]));
#endif
		;
S_371_0: /* 2 */
		now.woken[1] = (((int)now.woken[1])||((int)now.queued[1]));
#ifdef VAR_RANGES
		logval("woken[1]", ((int)now.woken[1]));
#endif
		;
S_372_0: /* 2 */
		now.woken[2] = (((int)now.woken[2])||((int)now.queued[2]));
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
S_373_0: /* 2 */
		now.woken[3] = (((int)now.woken[3])||((int)now.queued[3]));
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
S_374_0: /* 2 */
		now.woken[4] = (((int)now.woken[4])||((int)now.queued[4]));
#ifdef VAR_RANGES
		logval("woken[4]", ((int)now.woken[4]));
#endif
		;
		goto S_377_0;
S_376_1: /* 3 */
S_375_0: /* 2 */
		/* else */;
		goto S_377_0;
S_376_2: /* 3 */
		Uerror("blocking sel in d_step (nr.1, near line 63)");
S_377_0: /* 2 */
		goto S_382_0;
S_382_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 39: // STATE 133 - lease.pml:389 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[3][133] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC peer */
	case 40: // STATE 1 - lease.pml:242 - [prints = 1] (0:0:2 - 1)
		IfNotBlocked
		reached[2][1] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)((P2 *)_this)->prints);
		((P2 *)_this)->prints = 1;
#ifdef VAR_RANGES
		logval("peer:prints", ((int)((P2 *)_this)->prints));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: prints */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->prints = 0;
		_m = 3; goto P999; /* 0 */
	case 41: // STATE 2 - lease.pml:243 - [prints = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[2][2] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->prints);
		((P2 *)_this)->prints = 0;
#ifdef VAR_RANGES
		logval("peer:prints", ((int)((P2 *)_this)->prints));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 42: // STATE 5 - lease.pml:246 - [((n<2))] (35:0:1 - 1)
		IfNotBlocked
		reached[2][5] = 1;
		if (!((((int)((P2 *)_this)->n)<2)))
			continue;
		/* merge: n = (n+1)(0, 6, 35) */
		reached[2][6] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->n);
		((P2 *)_this)->n = (((int)((P2 *)_this)->n)+1);
#ifdef VAR_RANGES
		logval("peer:n", ((int)((P2 *)_this)->n));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 43: // STATE 7 - lease.pml:82 - [got = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[2][7] = 1;
		(trpt+1)->bup.oval = ((int)((P2 *)_this)->got);
		((P2 *)_this)->got = 0;
#ifdef VAR_RANGES
		logval("peer:got", ((int)((P2 *)_this)->got));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 44: // STATE 8 - lease.pml:85 - [(((lock==4)||(lock==2)))] (37:0:6 - 1)
		IfNotBlocked
		reached[2][8] = 1;
		if (!(((((int)now.lock)==4)||(((int)now.lock)==2))))
			continue;
		/* merge: lock = 2(37, 9, 37) */
		reached[2][9] = 1;
		(trpt+1)->bup.ovals = grab_ints(6);
		(trpt+1)->bup.ovals[0] = ((int)now.lock);
		now.lock = 2;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
		/* merge: locks = (locks+1)(37, 10, 37) */
		reached[2][10] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.locks);
		now.locks = (((int)now.locks)+1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
		/* merge: decodes = 2(37, 11, 37) */
		reached[2][11] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.decodes);
		now.decodes = 2;
#ifdef VAR_RANGES
		logval("decodes", ((int)now.decodes));
#endif
		;
		/* merge: woken[2] = 0(37, 12, 37) */
		reached[2][12] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.woken[2]);
		now.woken[2] = 0;
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
		/* merge: got = 1(37, 13, 37) */
		reached[2][13] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P2 *)_this)->got);
		((P2 *)_this)->got = 1;
#ifdef VAR_RANGES
		logval("peer:got", ((int)((P2 *)_this)->got));
#endif
		;
		if (TstOnly) return 1; /* TT */
		/* dead 2: got */  
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->got = 0;
		/* merge: goto :b6(37, 14, 37) */
		reached[2][14] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 45: // STATE 16 - lease.pml:89 - [(((lock!=4)&&(lock!=2)))] (22:0:2 - 1)
		IfNotBlocked
		reached[2][16] = 1;
		if (!(((((int)now.lock)!=4)&&(((int)now.lock)!=2))))
			continue;
		/* merge: woken[2] = 0(22, 17, 22) */
		reached[2][17] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.woken[2]);
		now.woken[2] = 0;
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
		/* merge: between[2] = 1(22, 18, 22) */
		reached[2][18] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.between[2]);
		now.between[2] = 1;
#ifdef VAR_RANGES
		logval("between[2]", ((int)now.between[2]));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 46: // STATE 22 - lease.pml:92 - [D_STEP92]
		IfNotBlocked

		reached[2][22] = 1;
		reached[2][t->st] = 1;
		reached[2][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_217_0: /* 2 */
		now.queued[2] = 1;
#ifdef VAR_RANGES
		logval("queued[2]", ((int)now.queued[2]));
#endif
		;
S_218_0: /* 2 */
		now.between[2] = 0;
#ifdef VAR_RANGES
		logval("between[2]", ((int)now.between[2]));
#endif
		;
		goto S_226_0;
S_226_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 47: // STATE 23 - lease.pml:94 - [(woken[2])] (0:0:0 - 1)
		IfNotBlocked
		reached[2][23] = 1;
		if (!(((int)now.woken[2])))
			continue;
		_m = 3; goto P999; /* 0 */
	case 48: // STATE 27 - lease.pml:96 - [queued[2] = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[2][27] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[2]);
		now.queued[2] = 0;
#ifdef VAR_RANGES
		logval("queued[2]", ((int)now.queued[2]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 49: // STATE 31 - lease.pml:98 - [queued[2] = 0] (0:0:1 - 3)
		IfNotBlocked
		reached[2][31] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[2]);
		now.queued[2] = 0;
#ifdef VAR_RANGES
		logval("queued[2]", ((int)now.queued[2]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 50: // STATE 36 - lease.pml:104 - [assert(((decodes==2)&&(lock==2)))] (0:0:0 - 1)
		IfNotBlocked
		reached[2][36] = 1;
		spin_assert(((((int)now.decodes)==2)&&(((int)now.lock)==2)), "((decodes==2)&&(lock==2))", II, tt, t);
		_m = 3; goto P999; /* 0 */
	case 51: // STATE 49 - lease.pml:61 - [D_STEP61]
		IfNotBlocked

		reached[2][49] = 1;
		reached[2][t->st] = 1;
		reached[2][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_235_0: /* 2 */
		now.locks = (((int)now.locks)-1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
S_244_0: /* 2 */
S_236_0: /* 2 */
		if (!((((int)now.locks)==0)))
			goto S_244_1;
S_237_0: /* 2 */
		now.lock = 4;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
S_238_0: /* 2 */
		now.woken[0] = (((int)now.woken[0])||((int)now.queued[0]));
#ifdef VAR_RANGES
		logval("woken[0]", ((int)now.woken[0]));
#endif
		;
S_239_0: /* 2 */
		now.woken[1] = (((int)now.woken[1])||((int)now.queued[1]));
#ifdef VAR_RANGES
		logval("woken[1]", ((int)now.woken[1]));
#endif
		;
S_240_0: /* 2 */
		now.woken[2] = (((int)now.woken[2])||((int)now.queued[2]));
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
S_241_0: /* 2 */
		now.woken[3] = (((int)now.woken[3])||((int)now.queued[3]));
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
S_242_0: /* 2 */
		now.woken[4] = (((int)now.woken[4])||((int)now.queued[4]));
#ifdef VAR_RANGES
		logval("woken[4]", ((int)now.woken[4]));
#endif
		;
		goto S_245_0;
S_244_1: /* 3 */
S_243_0: /* 2 */
		/* else */;
		goto S_245_0;
S_244_2: /* 3 */
		Uerror("blocking sel in d_step (nr.2, near line 63)");
S_245_0: /* 2 */
		goto S_251_0;
S_251_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 52: // STATE 51 - lease.pml:263 - [((n==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[2][51] = 1;
		if (!((((int)((P2 *)_this)->n)==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: n */  (trpt+1)->bup.oval = ((P2 *)_this)->n;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P2 *)_this)->n = 0;
		_m = 3; goto P999; /* 0 */
	case 53: // STATE 56 - lease.pml:265 - [done = (done+1)] (0:0:1 - 3)
		IfNotBlocked
		reached[2][56] = 1;
		(trpt+1)->bup.oval = ((int)now.done);
		now.done = (((int)now.done)+1);
#ifdef VAR_RANGES
		logval("done", ((int)now.done));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 54: // STATE 57 - lease.pml:266 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[2][57] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC mapper */
	case 55: // STATE 1 - lease.pml:215 - [doomed = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][1] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->doomed);
		((P1 *)_this)->doomed = 1;
#ifdef VAR_RANGES
		logval("mapper:doomed", ((int)((P1 *)_this)->doomed));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 56: // STATE 2 - lease.pml:216 - [doomed = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][2] = 1;
		(trpt+1)->bup.oval = ((int)((P1 *)_this)->doomed);
		((P1 *)_this)->doomed = 0;
#ifdef VAR_RANGES
		logval("mapper:doomed", ((int)((P1 *)_this)->doomed));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 57: // STATE 5 - lease.pml:219 - [((n<2))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][5] = 1;
		if (!((((int)((P1 *)_this)->n)<2)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 58: // STATE 6 - lease.pml:221 - [(mapped)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][6] = 1;
		if (!(((int)now.mapped)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 59: // STATE 7 - lease.pml:104 - [assert(((decodes==0)&&(lock==0)))] (0:58:2 - 1)
		IfNotBlocked
		reached[1][7] = 1;
		spin_assert(((((int)now.decodes)==0)&&(((int)now.lock)==0)), "((decodes==0)&&(lock==0))", II, tt, t);
		/* merge: faulting = 0(58, 9, 58) */
		reached[1][9] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.faulting);
		now.faulting = 0;
#ifdef VAR_RANGES
		logval("faulting", ((int)now.faulting));
#endif
		;
		/* merge: n = (n+1)(58, 10, 58) */
		reached[1][10] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P1 *)_this)->n);
		((P1 *)_this)->n = (((int)((P1 *)_this)->n)+1);
#ifdef VAR_RANGES
		logval("mapper:n", ((int)((P1 *)_this)->n));
#endif
		;
		/* merge: .(goto)(0, 55, 58) */
		reached[1][55] = 1;
		;
		/* merge: .(goto)(0, 59, 58) */
		reached[1][59] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 60: // STATE 12 - lease.pml:222 - [(!(mapped))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][12] = 1;
		if (!( !(((int)now.mapped))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 61: // STATE 13 - lease.pml:223 - [faulting = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[1][13] = 1;
		(trpt+1)->bup.oval = ((int)now.faulting);
		now.faulting = 1;
#ifdef VAR_RANGES
		logval("faulting", ((int)now.faulting));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 62: // STATE 16 - lease.pml:117 - [D_STEP117]
		IfNotBlocked

		reached[1][16] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_149_0: /* 2 */
		now.waiters[0] = (((int)now.waiters[0])+1);
#ifdef VAR_RANGES
		logval("waiters[0]", ((int)now.waiters[0]));
#endif
		;
S_150_0: /* 2 */
		((P1 *)_this)->ok = 0;
#ifdef VAR_RANGES
		logval("mapper:ok", ((int)((P1 *)_this)->ok));
#endif
		;
		goto S_176_0;
S_176_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 63: // STATE 32 - lease.pml:119 - [D_STEP119]
		IfNotBlocked

		reached[1][32] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_152_0: /* 2 */
		now.awake[0] = 0;
#ifdef VAR_RANGES
		logval("awake[0]", ((int)now.awake[0]));
#endif
		;
S_165_0: /* 2 */
S_153_0: /* 2 */
		if (!(((now.state==2)&&(((int)now.holder)==0))))
			goto S_165_1;
S_154_0: /* 2 */
		now.users[0] = (((int)now.users[0])+1);
#ifdef VAR_RANGES
		logval("users[0]", ((int)now.users[0]));
#endif
		;
S_155_0: /* 2 */
		now.claimed[0] = 1;
#ifdef VAR_RANGES
		logval("claimed[0]", ((int)now.claimed[0]));
#endif
		;
S_156_0: /* 2 */
		((P1 *)_this)->ok = 1;
#ifdef VAR_RANGES
		logval("mapper:ok", ((int)((P1 *)_this)->ok));
#endif
		;
		goto S_166_0;
S_165_1: /* 3 */
S_157_0: /* 2 */
		/* else */;
S_163_0: /* 2 */
S_158_0: /* 2 */
		if (!(( !(((int)now.in_queue[0]))&& !(((now.state==3)&&(((int)now.holder)==0))))))
			goto S_163_1;
S_159_0: /* 2 */
		now.in_queue[0] = 1;
#ifdef VAR_RANGES
		logval("in_queue[0]", ((int)now.in_queue[0]));
#endif
		;
S_160_0: /* 2 */
		now.waiting = (((int)now.waiting)+1);
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
S_161_0: /* 2 */
		if (q_full(now.queue))
			Uerror("block in d_step seq");
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.queue);
		sprintf(simtmp, "%d", 0); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.queue, 0, 0, 1);
		goto S_164_0;
S_163_1: /* 3 */
S_162_0: /* 2 */
		/* else */;
		goto S_164_0;
S_163_2: /* 3 */
		Uerror("blocking sel in d_step (nr.3, near line 125)");
S_164_0: /* 2 */
		goto S_166_0;
S_165_2: /* 3 */
		Uerror("blocking sel in d_step (nr.4, near line 121)");
S_166_0: /* 2 */
		goto S_173_0;
S_173_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 64: // STATE 33 - lease.pml:134 - [(ok)] (0:0:0 - 1)
		IfNotBlocked
		reached[1][33] = 1;
		if (!(((int)((P1 *)_this)->ok)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 65: // STATE 35 - lease.pml:135 - [((!(ok)&&awake[0]))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][35] = 1;
		if (!(( !(((int)((P1 *)_this)->ok))&&((int)now.awake[0]))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 66: // STATE 36 - lease.pml:136 - [((!(ok)&&doomed))] (0:0:0 - 1)
		IfNotBlocked
		reached[1][36] = 1;
		if (!(( !(((int)((P1 *)_this)->ok))&&((int)((P1 *)_this)->doomed))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 67: // STATE 43 - lease.pml:139 - [waiters[0] = (waiters[0]-1)] (0:0:1 - 5)
		IfNotBlocked
		reached[1][43] = 1;
		(trpt+1)->bup.oval = ((int)now.waiters[0]);
		now.waiters[0] = (((int)now.waiters[0])-1);
#ifdef VAR_RANGES
		logval("waiters[0]", ((int)now.waiters[0]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 68: // STATE 45 - lease.pml:226 - [(ok)] (0:0:1 - 1)
		IfNotBlocked
		reached[1][45] = 1;
		if (!(((int)((P1 *)_this)->ok)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: ok */  (trpt+1)->bup.oval = ((P1 *)_this)->ok;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->ok = 0;
		_m = 3; goto P999; /* 0 */
	case 69: // STATE 48 - lease.pml:226 - [D_STEP226]
		IfNotBlocked

		reached[1][48] = 1;
		reached[1][t->st] = 1;
		reached[1][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_181_0: /* 2 */
		now.mapped = 1;
#ifdef VAR_RANGES
		logval("mapped", ((int)now.mapped));
#endif
		;
S_182_0: /* 2 */
		now.users[0] = (((int)now.users[0])-1);
#ifdef VAR_RANGES
		logval("users[0]", ((int)now.users[0]));
#endif
		;
		goto S_188_0;
S_188_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 70: // STATE 50 - lease.pml:227 - [faulting = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[1][50] = 1;
		(trpt+1)->bup.oval = ((int)now.faulting);
		now.faulting = 0;
#ifdef VAR_RANGES
		logval("faulting", ((int)now.faulting));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 71: // STATE 56 - lease.pml:230 - [((n==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[1][56] = 1;
		if (!((((int)((P1 *)_this)->n)==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: n */  (trpt+1)->bup.oval = ((P1 *)_this)->n;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P1 *)_this)->n = 0;
		_m = 3; goto P999; /* 0 */
	case 72: // STATE 61 - lease.pml:232 - [done = (done+1)] (0:0:1 - 5)
		IfNotBlocked
		reached[1][61] = 1;
		(trpt+1)->bup.oval = ((int)now.done);
		now.done = (((int)now.done)+1);
#ifdef VAR_RANGES
		logval("done", ((int)now.done));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 73: // STATE 62 - lease.pml:233 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[1][62] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */

		 /* PROC task */
	case 74: // STATE 1 - lease.pml:149 - [doomed = 1] (0:0:1 - 1)
		IfNotBlocked
		reached[0][1] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->doomed);
		((P0 *)_this)->doomed = 1;
#ifdef VAR_RANGES
		logval("task:doomed", ((int)((P0 *)_this)->doomed));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 75: // STATE 2 - lease.pml:150 - [doomed = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[0][2] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->doomed);
		((P0 *)_this)->doomed = 0;
#ifdef VAR_RANGES
		logval("task:doomed", ((int)((P0 *)_this)->doomed));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 76: // STATE 5 - lease.pml:154 - [((n<2))] (21:0:1 - 1)
		IfNotBlocked
		reached[0][5] = 1;
		if (!((((int)((P0 *)_this)->n)<2)))
			continue;
		/* merge: n = (n+1)(0, 6, 21) */
		reached[0][6] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->n);
		((P0 *)_this)->n = (((int)((P0 *)_this)->n)+1);
#ifdef VAR_RANGES
		logval("task:n", ((int)((P0 *)_this)->n));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 77: // STATE 7 - lease.pml:157 - [ok = 0] (0:19:2 - 1)
		IfNotBlocked
		reached[0][7] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)((P0 *)_this)->ok);
		((P0 *)_this)->ok = 0;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		/* merge: direct = 0(19, 8, 19) */
		reached[0][8] = 1;
		(trpt+1)->bup.ovals[1] = ((int)((P0 *)_this)->direct);
		((P0 *)_this)->direct = 0;
#ifdef VAR_RANGES
		logval("task:direct", ((int)((P0 *)_this)->direct));
#endif
		;
		_m = 3; goto P999; /* 1 */
	case 78: // STATE 9 - lease.pml:159 - [(((state==LEASED)&&(holder==card)))] (128:0:3 - 1)
		IfNotBlocked
		reached[0][9] = 1;
		if (!(((now.state==2)&&(((int)now.holder)==((int)((P0 *)_this)->card)))))
			continue;
		/* merge: users[card] = (users[card]+1)(128, 10, 128) */
		reached[0][10] = 1;
		(trpt+1)->bup.ovals = grab_ints(3);
		(trpt+1)->bup.ovals[0] = ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]);
		now.users[ Index(((P0 *)_this)->card, 2) ] = (((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])+1);
#ifdef VAR_RANGES
		logval("users[task:card]", ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
		/* merge: claimed[card] = 1(128, 11, 128) */
		reached[0][11] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.claimed[ Index(((int)((P0 *)_this)->card), 2) ]);
		now.claimed[ Index(((P0 *)_this)->card, 2) ] = 1;
#ifdef VAR_RANGES
		logval("claimed[task:card]", ((int)now.claimed[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
		/* merge: ok = 1(128, 12, 128) */
		reached[0][12] = 1;
		(trpt+1)->bup.ovals[2] = ((int)((P0 *)_this)->ok);
		((P0 *)_this)->ok = 1;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		/* merge: .(goto)(128, 20, 128) */
		reached[0][20] = 1;
		;
		_m = 3; goto P999; /* 4 */
	case 79: // STATE 20 - lease.pml:169 - [.(goto)] (0:128:0 - 3)
		IfNotBlocked
		reached[0][20] = 1;
		;
		_m = 3; goto P999; /* 0 */
	case 80: // STATE 13 - lease.pml:163 - [(((waiting==0)&&((state==FREE)||((state==DIRECT)&&(holder==card)))))] (128:0:4 - 1)
		IfNotBlocked
		reached[0][13] = 1;
		if (!(((((int)now.waiting)==0)&&((now.state==5)||((now.state==4)&&(((int)now.holder)==((int)((P0 *)_this)->card)))))))
			continue;
		/* merge: state = DIRECT(128, 14, 128) */
		reached[0][14] = 1;
		(trpt+1)->bup.ovals = grab_ints(4);
		(trpt+1)->bup.ovals[0] = now.state;
		now.state = 4;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
		/* merge: holder = card(128, 15, 128) */
		reached[0][15] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.holder);
		now.holder = ((int)((P0 *)_this)->card);
#ifdef VAR_RANGES
		logval("holder", ((int)now.holder));
#endif
		;
		/* merge: users[card] = (users[card]+1)(128, 16, 128) */
		reached[0][16] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]);
		now.users[ Index(((P0 *)_this)->card, 2) ] = (((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])+1);
#ifdef VAR_RANGES
		logval("users[task:card]", ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
		/* merge: direct = 1(128, 17, 128) */
		reached[0][17] = 1;
		(trpt+1)->bup.ovals[3] = ((int)((P0 *)_this)->direct);
		((P0 *)_this)->direct = 1;
#ifdef VAR_RANGES
		logval("task:direct", ((int)((P0 *)_this)->direct));
#endif
		;
		/* merge: .(goto)(128, 20, 128) */
		reached[0][20] = 1;
		;
		_m = 3; goto P999; /* 5 */
	case 81: // STATE 22 - lease.pml:171 - [(direct)] (0:0:1 - 1)
		IfNotBlocked
		reached[0][22] = 1;
		if (!(((int)((P0 *)_this)->direct)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: direct */  (trpt+1)->bup.oval = ((P0 *)_this)->direct;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->direct = 0;
		_m = 3; goto P999; /* 0 */
	case 82: // STATE 23 - lease.pml:82 - [ok = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[0][23] = 1;
		(trpt+1)->bup.oval = ((int)((P0 *)_this)->ok);
		((P0 *)_this)->ok = 0;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 83: // STATE 24 - lease.pml:85 - [(((lock==4)||(lock==card)))] (69:0:5 - 1)
		IfNotBlocked
		reached[0][24] = 1;
		if (!(((((int)now.lock)==4)||(((int)now.lock)==((int)((P0 *)_this)->card)))))
			continue;
		/* merge: lock = card(69, 25, 69) */
		reached[0][25] = 1;
		(trpt+1)->bup.ovals = grab_ints(5);
		(trpt+1)->bup.ovals[0] = ((int)now.lock);
		now.lock = ((int)((P0 *)_this)->card);
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
		/* merge: locks = (locks+1)(69, 26, 69) */
		reached[0][26] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.locks);
		now.locks = (((int)now.locks)+1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
		/* merge: decodes = card(69, 27, 69) */
		reached[0][27] = 1;
		(trpt+1)->bup.ovals[2] = ((int)now.decodes);
		now.decodes = ((int)((P0 *)_this)->card);
#ifdef VAR_RANGES
		logval("decodes", ((int)now.decodes));
#endif
		;
		/* merge: woken[who] = 0(69, 28, 69) */
		reached[0][28] = 1;
		(trpt+1)->bup.ovals[3] = ((int)now.woken[ Index(((int)((P0 *)_this)->who), 5) ]);
		now.woken[ Index(((P0 *)_this)->who, 5) ] = 0;
#ifdef VAR_RANGES
		logval("woken[task:who]", ((int)now.woken[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		/* merge: ok = 1(69, 29, 69) */
		reached[0][29] = 1;
		(trpt+1)->bup.ovals[4] = ((int)((P0 *)_this)->ok);
		((P0 *)_this)->ok = 1;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		/* merge: goto :b1(69, 30, 69) */
		reached[0][30] = 1;
		;
		_m = 3; goto P999; /* 6 */
	case 84: // STATE 32 - lease.pml:89 - [(((lock!=4)&&(lock!=card)))] (38:0:2 - 1)
		IfNotBlocked
		reached[0][32] = 1;
		if (!(((((int)now.lock)!=4)&&(((int)now.lock)!=((int)((P0 *)_this)->card)))))
			continue;
		/* merge: woken[who] = 0(38, 33, 38) */
		reached[0][33] = 1;
		(trpt+1)->bup.ovals = grab_ints(2);
		(trpt+1)->bup.ovals[0] = ((int)now.woken[ Index(((int)((P0 *)_this)->who), 5) ]);
		now.woken[ Index(((P0 *)_this)->who, 5) ] = 0;
#ifdef VAR_RANGES
		logval("woken[task:who]", ((int)now.woken[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		/* merge: between[who] = 1(38, 34, 38) */
		reached[0][34] = 1;
		(trpt+1)->bup.ovals[1] = ((int)now.between[ Index(((int)((P0 *)_this)->who), 5) ]);
		now.between[ Index(((P0 *)_this)->who, 5) ] = 1;
#ifdef VAR_RANGES
		logval("between[task:who]", ((int)now.between[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		_m = 3; goto P999; /* 2 */
	case 85: // STATE 38 - lease.pml:92 - [D_STEP92]
		IfNotBlocked

		reached[0][38] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_035_0: /* 2 */
		now.queued[ Index(((P0 *)_this)->who, 5) ] = 1;
#ifdef VAR_RANGES
		logval("queued[task:who]", ((int)now.queued[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
S_036_0: /* 2 */
		now.between[ Index(((P0 *)_this)->who, 5) ] = 0;
#ifdef VAR_RANGES
		logval("between[task:who]", ((int)now.between[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		goto S_044_0;
S_044_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 86: // STATE 39 - lease.pml:94 - [(woken[who])] (0:0:0 - 1)
		IfNotBlocked
		reached[0][39] = 1;
		if (!(((int)now.woken[ Index(((int)((P0 *)_this)->who), 5) ])))
			continue;
		_m = 3; goto P999; /* 0 */
	case 87: // STATE 42 - lease.pml:96 - [(doomed)] (0:0:0 - 1)
		IfNotBlocked
		reached[0][42] = 1;
		if (!(((int)((P0 *)_this)->doomed)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 88: // STATE 43 - lease.pml:96 - [queued[who] = 0] (0:0:1 - 1)
		IfNotBlocked
		reached[0][43] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[ Index(((int)((P0 *)_this)->who), 5) ]);
		now.queued[ Index(((P0 *)_this)->who, 5) ] = 0;
#ifdef VAR_RANGES
		logval("queued[task:who]", ((int)now.queued[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 89: // STATE 47 - lease.pml:98 - [queued[who] = 0] (0:0:1 - 3)
		IfNotBlocked
		reached[0][47] = 1;
		(trpt+1)->bup.oval = ((int)now.queued[ Index(((int)((P0 *)_this)->who), 5) ]);
		now.queued[ Index(((P0 *)_this)->who, 5) ] = 0;
#ifdef VAR_RANGES
		logval("queued[task:who]", ((int)now.queued[ Index(((int)((P0 *)_this)->who), 5) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 90: // STATE 52 - lease.pml:178 - [(ok)] (0:0:0 - 1)
		IfNotBlocked
		reached[0][52] = 1;
		if (!(((int)((P0 *)_this)->ok)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 91: // STATE 53 - lease.pml:104 - [assert(((decodes==card)&&(lock==card)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][53] = 1;
		spin_assert(((((int)now.decodes)==((int)((P0 *)_this)->card))&&(((int)now.lock)==((int)((P0 *)_this)->card))), "((decodes==card)&&(lock==card))", II, tt, t);
		_m = 3; goto P999; /* 0 */
	case 92: // STATE 66 - lease.pml:61 - [D_STEP61]
		IfNotBlocked

		reached[0][66] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_054_0: /* 2 */
		now.locks = (((int)now.locks)-1);
#ifdef VAR_RANGES
		logval("locks", ((int)now.locks));
#endif
		;
S_063_0: /* 2 */
S_055_0: /* 2 */
		if (!((((int)now.locks)==0)))
			goto S_063_1;
S_056_0: /* 2 */
		now.lock = 4;
#ifdef VAR_RANGES
		logval("lock", ((int)now.lock));
#endif
		;
S_057_0: /* 2 */
		now.woken[0] = (((int)now.woken[0])||((int)now.queued[0]));
#ifdef VAR_RANGES
		logval("woken[0]", ((int)now.woken[0]));
#endif
		;
S_058_0: /* 2 */
		now.woken[1] = (((int)now.woken[1])||((int)now.queued[1]));
#ifdef VAR_RANGES
		logval("woken[1]", ((int)now.woken[1]));
#endif
		;
S_059_0: /* 2 */
		now.woken[2] = (((int)now.woken[2])||((int)now.queued[2]));
#ifdef VAR_RANGES
		logval("woken[2]", ((int)now.woken[2]));
#endif
		;
S_060_0: /* 2 */
		now.woken[3] = (((int)now.woken[3])||((int)now.queued[3]));
#ifdef VAR_RANGES
		logval("woken[3]", ((int)now.woken[3]));
#endif
		;
S_061_0: /* 2 */
		now.woken[4] = (((int)now.woken[4])||((int)now.queued[4]));
#ifdef VAR_RANGES
		logval("woken[4]", ((int)now.woken[4]));
#endif
		;
		goto S_064_0;
S_063_1: /* 3 */
S_062_0: /* 2 */
		/* else */;
		goto S_064_0;
S_063_2: /* 3 */
		Uerror("blocking sel in d_step (nr.5, near line 63)");
S_064_0: /* 2 */
		goto S_069_0;
S_069_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 93: // STATE 78 - lease.pml:181 - [D_STEP181]
		IfNotBlocked

		reached[0][78] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_070_0: /* 2 */
		now.users[ Index(((P0 *)_this)->card, 2) ] = (((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])-1);
#ifdef VAR_RANGES
		logval("users[task:card]", ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
S_075_0: /* 2 */
S_071_0: /* 2 */
		if (!((((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])==0)))
			goto S_075_1;
S_072_0: /* 2 */
		now.state = 5;
#ifdef VAR_RANGES
		logval("state", now.state);
#endif
		;
S_073_0: /* 2 */
		now.holder = 4;
#ifdef VAR_RANGES
		logval("holder", ((int)now.holder));
#endif
		;
		goto S_076_0;
S_075_1: /* 3 */
S_074_0: /* 2 */
		/* else */;
		goto S_076_0;
S_075_2: /* 3 */
		Uerror("blocking sel in d_step (nr.6, near line 183)");
S_076_0: /* 2 */
		goto S_081_0;
S_081_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 94: // STATE 79 - lease.pml:190 - [(ok)] (0:0:1 - 1)
		IfNotBlocked
		reached[0][79] = 1;
		if (!(((int)((P0 *)_this)->ok)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: ok */  (trpt+1)->bup.oval = ((P0 *)_this)->ok;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->ok = 0;
		_m = 3; goto P999; /* 0 */
	case 95: // STATE 85 - lease.pml:195 - [(!(ok))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][85] = 1;
		if (!( !(((int)((P0 *)_this)->ok))))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: ok */  (trpt+1)->bup.oval = ((P0 *)_this)->ok;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->ok = 0;
		_m = 3; goto P999; /* 0 */
	case 96: // STATE 88 - lease.pml:117 - [D_STEP117]
		IfNotBlocked

		reached[0][88] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_085_0: /* 2 */
		now.waiters[ Index(((P0 *)_this)->card, 2) ] = (((int)now.waiters[ Index(((int)((P0 *)_this)->card), 2) ])+1);
#ifdef VAR_RANGES
		logval("waiters[task:card]", ((int)now.waiters[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
S_086_0: /* 2 */
		((P0 *)_this)->ok = 0;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		goto S_112_0;
S_112_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 97: // STATE 104 - lease.pml:119 - [D_STEP119]
		IfNotBlocked

		reached[0][104] = 1;
		reached[0][t->st] = 1;
		reached[0][tt] = 1;

		if (TstOnly) return 1;

		sv_save();
		S_088_0: /* 2 */
		now.awake[ Index(((P0 *)_this)->id, 3) ] = 0;
#ifdef VAR_RANGES
		logval("awake[task:id]", ((int)now.awake[ Index(((int)((P0 *)_this)->id), 3) ]));
#endif
		;
S_101_0: /* 2 */
S_089_0: /* 2 */
		if (!(((now.state==2)&&(((int)now.holder)==((int)((P0 *)_this)->card)))))
			goto S_101_1;
S_090_0: /* 2 */
		now.users[ Index(((P0 *)_this)->card, 2) ] = (((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])+1);
#ifdef VAR_RANGES
		logval("users[task:card]", ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
S_091_0: /* 2 */
		now.claimed[ Index(((P0 *)_this)->card, 2) ] = 1;
#ifdef VAR_RANGES
		logval("claimed[task:card]", ((int)now.claimed[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
S_092_0: /* 2 */
		((P0 *)_this)->ok = 1;
#ifdef VAR_RANGES
		logval("task:ok", ((int)((P0 *)_this)->ok));
#endif
		;
		goto S_102_0;
S_101_1: /* 3 */
S_093_0: /* 2 */
		/* else */;
S_099_0: /* 2 */
S_094_0: /* 2 */
		if (!(( !(((int)now.in_queue[ Index(((int)((P0 *)_this)->card), 2) ]))&& !(((now.state==3)&&(((int)now.holder)==((int)((P0 *)_this)->card)))))))
			goto S_099_1;
S_095_0: /* 2 */
		now.in_queue[ Index(((P0 *)_this)->card, 2) ] = 1;
#ifdef VAR_RANGES
		logval("in_queue[task:card]", ((int)now.in_queue[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
S_096_0: /* 2 */
		now.waiting = (((int)now.waiting)+1);
#ifdef VAR_RANGES
		logval("waiting", ((int)now.waiting));
#endif
		;
S_097_0: /* 2 */
		if (q_full(now.queue))
			Uerror("block in d_step seq");
#ifdef HAS_CODE
		if (readtrail && gui) {
			char simtmp[64];
			sprintf(simvals, "%d!", now.queue);
		sprintf(simtmp, "%d", ((int)((P0 *)_this)->card)); strcat(simvals, simtmp);		}
#endif
		
		qsend(now.queue, 0, ((int)((P0 *)_this)->card), 1);
		goto S_100_0;
S_099_1: /* 3 */
S_098_0: /* 2 */
		/* else */;
		goto S_100_0;
S_099_2: /* 3 */
		Uerror("blocking sel in d_step (nr.7, near line 125)");
S_100_0: /* 2 */
		goto S_102_0;
S_101_2: /* 3 */
		Uerror("blocking sel in d_step (nr.8, near line 121)");
S_102_0: /* 2 */
		goto S_109_0;
S_109_0: /* 1 */

#if defined(C_States) && (HAS_TRACK==1)
		c_update((uchar *) &(now.c_state[0]));
#endif
		_m = 3; goto P999;

	case 98: // STATE 105 - lease.pml:134 - [(ok)] (0:0:0 - 1)
		IfNotBlocked
		reached[0][105] = 1;
		if (!(((int)((P0 *)_this)->ok)))
			continue;
		_m = 3; goto P999; /* 0 */
	case 99: // STATE 107 - lease.pml:135 - [((!(ok)&&awake[id]))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][107] = 1;
		if (!(( !(((int)((P0 *)_this)->ok))&&((int)now.awake[ Index(((int)((P0 *)_this)->id), 3) ]))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 100: // STATE 108 - lease.pml:136 - [((!(ok)&&doomed))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][108] = 1;
		if (!(( !(((int)((P0 *)_this)->ok))&&((int)((P0 *)_this)->doomed))))
			continue;
		_m = 3; goto P999; /* 0 */
	case 101: // STATE 115 - lease.pml:139 - [waiters[card] = (waiters[card]-1)] (0:0:1 - 5)
		IfNotBlocked
		reached[0][115] = 1;
		(trpt+1)->bup.oval = ((int)now.waiters[ Index(((int)((P0 *)_this)->card), 2) ]);
		now.waiters[ Index(((P0 *)_this)->card, 2) ] = (((int)now.waiters[ Index(((int)((P0 *)_this)->card), 2) ])-1);
#ifdef VAR_RANGES
		logval("waiters[task:card]", ((int)now.waiters[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 102: // STATE 120 - lease.pml:199 - [(ok)] (0:0:1 - 1)
		IfNotBlocked
		reached[0][120] = 1;
		if (!(((int)((P0 *)_this)->ok)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: ok */  (trpt+1)->bup.oval = ((P0 *)_this)->ok;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->ok = 0;
		_m = 3; goto P999; /* 0 */
	case 103: // STATE 121 - lease.pml:104 - [assert(((decodes==card)&&(lock==card)))] (0:0:0 - 1)
		IfNotBlocked
		reached[0][121] = 1;
		spin_assert(((((int)now.decodes)==((int)((P0 *)_this)->card))&&(((int)now.lock)==((int)((P0 *)_this)->card))), "((decodes==card)&&(lock==card))", II, tt, t);
		_m = 3; goto P999; /* 0 */
	case 104: // STATE 123 - lease.pml:199 - [users[card] = (users[card]-1)] (0:0:1 - 1)
		IfNotBlocked
		reached[0][123] = 1;
		(trpt+1)->bup.oval = ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]);
		now.users[ Index(((P0 *)_this)->card, 2) ] = (((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ])-1);
#ifdef VAR_RANGES
		logval("users[task:card]", ((int)now.users[ Index(((int)((P0 *)_this)->card), 2) ]));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 105: // STATE 130 - lease.pml:203 - [((n==2))] (0:0:1 - 1)
		IfNotBlocked
		reached[0][130] = 1;
		if (!((((int)((P0 *)_this)->n)==2)))
			continue;
		if (TstOnly) return 1; /* TT */
		/* dead 1: n */  (trpt+1)->bup.oval = ((P0 *)_this)->n;
#ifdef HAS_CODE
		if (!readtrail)
#endif
			((P0 *)_this)->n = 0;
		_m = 3; goto P999; /* 0 */
	case 106: // STATE 135 - lease.pml:205 - [done = (done+1)] (0:0:1 - 7)
		IfNotBlocked
		reached[0][135] = 1;
		(trpt+1)->bup.oval = ((int)now.done);
		now.done = (((int)now.done)+1);
#ifdef VAR_RANGES
		logval("done", ((int)now.done));
#endif
		;
		_m = 3; goto P999; /* 0 */
	case 107: // STATE 136 - lease.pml:206 - [-end-] (0:0:0 - 1)
		IfNotBlocked
		reached[0][136] = 1;
		if (!delproc(1, II)) continue;
		_m = 3; goto P999; /* 0 */
	case  _T5:	/* np_ */
		if (!((!(trpt->o_pm&4) && !(trpt->tau&128))))
			continue;
		/* else fall through */
	case  _T2:	/* true */
		_m = 3; goto P999;
#undef rand
	}

