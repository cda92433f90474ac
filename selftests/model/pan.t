#ifdef PEG
struct T_SRC {
	char *fl; int ln;
} T_SRC[NTRANS];

void
tr_2_src(int m, char *file, int ln)
{	T_SRC[m].fl = file;
	T_SRC[m].ln = ln;
}

void
putpeg(int n, int m)
{	printf("%5d	trans %4d ", m, n);
	printf("%s:%d\n",
		T_SRC[n].fl, T_SRC[n].ln);
}
#endif

void
settable(void)
{	Trans *T;
	Trans *settr(int, int, int, int, int, char *, int, int, int);

	trans = (Trans ***) emalloc(7*sizeof(Trans **));

	/* proctype 5: all_served */

	trans[5] = (Trans **) emalloc(7*sizeof(Trans *));

	trans[5][4]	= settr(396,0,3,1,0,".(goto)", 0, 2, 0);
	T = trans[5][3] = settr(395,0,0,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(395,0,1,0,0,"DO", 0, 2, 0);
	trans[5][1]	= settr(393,0,3,3,0,"(!((done==3)))", 1, 2, 0);
	trans[5][2]	= settr(394,0,3,1,0,"goto T0_init", 0, 2, 0);
	trans[5][5]	= settr(397,0,6,1,0,"break", 0, 2, 0);
	trans[5][6]	= settr(398,0,0,4,4,"-end-", 0, 3500, 0);

	/* proctype 4: :init: */

	trans[4] = (Trans **) emalloc(6*sizeof(Trans *));

	T = trans[ 4][4] = settr(391,2,0,0,0,"ATOMIC", 0, 2, 0);
	T->nxt	= settr(391,2,1,0,0,"ATOMIC", 0, 2, 0);
	trans[4][1]	= settr(388,2,2,5,5,"(run task(0,0,0))", 0, 2, 0);
	trans[4][2]	= settr(389,2,3,6,6,"(run task(1,1,1))", 0, 2, 0);
	trans[4][3]	= settr(390,0,5,7,7,"(run peer())", 0, 2, 0);
	trans[4][5]	= settr(392,0,0,8,8,"-end-", 0, 3500, 0);

	/* proctype 3: keeper */

	trans[3] = (Trans **) emalloc(134*sizeof(Trans *));

	trans[3][131]	= settr(385,0,130,1,0,".(goto)", 0, 2, 0);
	T = trans[3][130] = settr(384,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(384,0,7,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(384,0,82,0,0,"DO", 0, 2, 0);
	T = trans[ 3][7] = settr(261,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(261,2,1,0,0,"ATOMIC", 1, 503, 0);
	trans[3][1]	= settr(255,2,2,9,0,"(((state==FREE)&&(waiting>0)))", 1, 503, 0);
	trans[3][2]	= settr(256,0,41,10,10,"queue?card", 1, 503, 0); /* m: 3 -> 41,0 */
	reached3[3] = 1;
	trans[3][3]	= settr(0,0,0,0,0,"waiting = (waiting-1)",0,0,0);
	trans[3][4]	= settr(0,0,0,0,0,"in_queue[card] = 0",0,0,0);
	trans[3][5]	= settr(0,0,0,0,0,"state = GRANTING",0,0,0);
	trans[3][6]	= settr(0,0,0,0,0,"holder = card",0,0,0);
	trans[3][8]	= settr(0,0,0,0,0,"got = 0",0,0,0);
	trans[3][42]	= settr(296,0,41,1,0,".(goto)", 0, 2, 0);
	T = trans[3][41] = settr(295,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(295,0,9,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(295,0,11,0,0,"DO", 0, 2, 0);
	trans[3][9]	= settr(263,0,73,11,0,"(((waiters[card]==0)||got))", 1, 2, 0);
	trans[3][10]	= settr(264,0,73,1,0,"goto :b8", 0, 2, 0);
	trans[3][11]	= settr(265,0,40,2,0,"else", 0, 2, 0);
	T = trans[ 3][40] = settr(294,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(294,0,12,0,0,"sub-sequence", 0, 2, 0);
	trans[3][12]	= settr(266,0,37,12,12,"got = 0", 0, 2, 0);
	trans[3][38]	= settr(292,0,37,1,0,".(goto)", 0, 2, 0);
	T = trans[3][37] = settr(291,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(291,0,20,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(291,0,24,0,0,"DO", 0, 2, 0);
	T = trans[ 3][20] = settr(274,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(274,2,13,0,0,"ATOMIC", 1, 2, 0);
	trans[3][13]	= settr(267,4,41,13,13,"(((lock==4)||(lock==card)))", 1, 2, 0); /* m: 14 -> 41,0 */
	reached3[14] = 1;
	trans[3][14]	= settr(0,0,0,0,0,"lock = card",0,0,0);
	trans[3][15]	= settr(0,0,0,0,0,"locks = (locks+1)",0,0,0);
	trans[3][16]	= settr(0,0,0,0,0,"decodes = card",0,0,0);
	trans[3][17]	= settr(0,0,0,0,0,"woken[3] = 0",0,0,0);
	trans[3][18]	= settr(0,0,0,0,0,"got = 1",0,0,0);
	trans[3][19]	= settr(273,0,41,1,0,"goto :b9", 1, 2, 0);
	T = trans[ 3][24] = settr(278,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(278,2,21,0,0,"ATOMIC", 1, 2, 0);
	trans[3][21]	= settr(275,4,27,14,14,"(((lock!=4)&&(lock!=card)))", 1, 2, 0); /* m: 22 -> 27,0 */
	reached3[22] = 1;
	trans[3][22]	= settr(0,0,0,0,0,"woken[3] = 0",0,0,0);
	trans[3][23]	= settr(0,0,0,0,0,"between[3] = 1",0,0,0);
/*->*/	trans[3][27]	= settr(281,32,34,15,15,"D_STEP92", 1, 2, 0);
	T = trans[3][34] = settr(288,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(288,0,28,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(288,0,29,0,0,"IF", 0, 2, 0);
#if 0
	/* dead link: */
	    T->nxt	= settr(288,0,31,0,0,"IF", 0, 2, 0);
#endif
	trans[3][28]	= settr(282,0,36,16,0,"(woken[3])", 1, 2, 0);
	trans[3][35]	= settr(289,0,36,1,0,".(goto)", 0, 2, 0);
	trans[3][29]	= settr(283,0,30,1,0,"(1)", 0, 2, 0);
	trans[3][30]	= settr(284,0,36,1,0,"(1)", 0, 2, 0);
	trans[3][31]	= settr(0,0,0,0,0,"(0)",0,0,0);
	trans[3][32]	= settr(286,0,41,17,17,"queued[3] = 0", 1, 2, 0);
	trans[3][33]	= settr(287,0,41,1,0,"goto :b9", 0, 2, 0);
	trans[3][36]	= settr(290,0,37,18,18,"queued[3] = 0", 1, 2, 0);
	trans[3][39]	= settr(293,0,41,1,0,"break", 0, 2, 0);
	trans[3][43]	= settr(297,0,73,1,0,"break", 0, 2, 0);
	T = trans[3][73] = settr(327,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(327,0,44,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(327,0,72,0,0,"IF", 0, 2, 0);
	trans[3][44]	= settr(298,0,50,19,19,"(got)", 0, 2, 0);
/*->*/	trans[3][50]	= settr(304,32,51,20,20,"D_STEP337", 1, 2, 0);
	trans[3][51]	= settr(305,0,52,21,0,"(((claimed[card]||(waiters[card]==0))&&!((((card==0)&&claimed[0])&&faulting))))", 1, 2, 0);
	trans[3][52]	= settr(306,0,53,22,22,"state = ENDING", 1, 2, 0);
	trans[3][53]	= settr(307,0,57,23,0,"((users[card]==0))", 1, 2, 0);
	T = trans[3][57] = settr(311,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(311,0,54,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(311,0,56,0,0,"IF", 0, 2, 0);
	trans[3][54]	= settr(308,0,55,24,0,"((card==0))", 0, 2, 0);
	trans[3][55]	= settr(309,0,71,25,25,"mapped = 0", 1, 2, 0);
	trans[3][58]	= settr(312,0,71,1,0,".(goto)", 0, 2, 0);
	trans[3][56]	= settr(310,0,71,2,0,"else", 0, 2, 0);
	T = trans[ 3][71] = settr(325,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(325,0,70,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[3][70]	= settr(324,32,77,26,26,"D_STEP61", 1, 2, 0);
	trans[3][74]	= settr(328,0,77,1,0,".(goto)", 0, 2, 0);
	trans[3][72]	= settr(326,0,77,2,0,"else", 0, 2, 0);
/*->*/	trans[3][77]	= settr(331,32,81,27,27,"D_STEP377", 1, 2, 0);
/*->*/	trans[3][81]	= settr(335,32,130,28,28,"D_STEP379", 1, 2, 0);
	trans[3][82]	= settr(336,0,129,29,0,"((((((waiting==0)&&(state==FREE))&&(done<3))&&!(between[2]))&&!(woken[2])))", 1, 2, 0);
	T = trans[ 3][129] = settr(383,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(383,0,111,0,0,"sub-sequence", 0, 2, 0);
	T = trans[ 3][111] = settr(365,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(365,0,83,0,0,"sub-sequence", 0, 2, 0);
	trans[3][83]	= settr(337,0,108,30,30,"got = 0", 0, 2, 0);
	trans[3][109]	= settr(363,0,108,1,0,".(goto)", 0, 2, 0);
	T = trans[3][108] = settr(362,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(362,0,91,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(362,0,95,0,0,"DO", 0, 2, 0);
	T = trans[ 3][91] = settr(345,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(345,2,84,0,0,"ATOMIC", 1, 2, 0);
	trans[3][84]	= settr(338,4,127,31,31,"(((lock==4)||(lock==3)))", 1, 2, 0); /* m: 85 -> 127,0 */
	reached3[85] = 1;
	trans[3][85]	= settr(0,0,0,0,0,"lock = 3",0,0,0);
	trans[3][86]	= settr(0,0,0,0,0,"locks = (locks+1)",0,0,0);
	trans[3][87]	= settr(0,0,0,0,0,"decodes = 3",0,0,0);
	trans[3][88]	= settr(0,0,0,0,0,"woken[3] = 0",0,0,0);
	trans[3][89]	= settr(0,0,0,0,0,"got = 1",0,0,0);
	trans[3][90]	= settr(344,0,127,1,0,"goto :b10", 1, 2, 0);
	T = trans[ 3][95] = settr(349,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(349,2,92,0,0,"ATOMIC", 1, 2, 0);
	trans[3][92]	= settr(346,4,98,32,32,"(((lock!=4)&&(lock!=3)))", 1, 2, 0); /* m: 93 -> 98,0 */
	reached3[93] = 1;
	trans[3][93]	= settr(0,0,0,0,0,"woken[3] = 0",0,0,0);
	trans[3][94]	= settr(0,0,0,0,0,"between[3] = 1",0,0,0);
/*->*/	trans[3][98]	= settr(352,32,105,33,33,"D_STEP92", 1, 2, 0);
	T = trans[3][105] = settr(359,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(359,0,99,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(359,0,100,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(359,0,102,0,0,"IF", 0, 2, 0);
	trans[3][99]	= settr(353,0,107,34,0,"(woken[3])", 1, 2, 0);
	trans[3][106]	= settr(360,0,107,1,0,".(goto)", 0, 2, 0);
	trans[3][100]	= settr(354,0,101,1,0,"(1)", 0, 2, 0);
	trans[3][101]	= settr(355,0,107,1,0,"(1)", 0, 2, 0);
	trans[3][102]	= settr(356,0,103,1,0,"(1)", 0, 2, 0);
	trans[3][103]	= settr(357,0,127,35,35,"queued[3] = 0", 1, 2, 0);
	trans[3][104]	= settr(358,0,127,1,0,"goto :b10", 0, 2, 0);
	trans[3][107]	= settr(361,0,108,36,36,"queued[3] = 0", 1, 2, 0);
	trans[3][110]	= settr(364,0,127,1,0,"break", 0, 2, 0);
	T = trans[3][127] = settr(381,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(381,0,112,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(381,0,126,0,0,"IF", 0, 2, 0);
	trans[3][112]	= settr(366,0,125,37,37,"(got)", 0, 2, 0);
	T = trans[ 3][125] = settr(379,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(379,0,124,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[3][124]	= settr(378,32,130,38,38,"D_STEP61", 1, 2, 0);
	trans[3][128]	= settr(382,0,130,1,0,".(goto)", 0, 2, 0);
	trans[3][126]	= settr(380,0,130,2,0,"else", 0, 2, 0);
	trans[3][132]	= settr(386,0,133,1,0,"break", 0, 2, 0);
	trans[3][133]	= settr(387,0,0,39,39,"-end-", 0, 3500, 0);

	/* proctype 2: peer */

	trans[2] = (Trans **) emalloc(58*sizeof(Trans *));

	T = trans[2][3] = settr(200,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(200,0,1,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(200,0,2,0,0,"IF", 0, 2, 0);
	trans[2][1]	= settr(198,0,53,40,40,"prints = 1", 0, 2, 0);
	trans[2][4]	= settr(201,0,53,1,0,".(goto)", 0, 2, 0);
	trans[2][2]	= settr(199,0,53,41,41,"prints = 0", 0, 2, 0);
	trans[2][54]	= settr(251,0,53,1,0,".(goto)", 0, 2, 0);
	T = trans[2][53] = settr(250,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(250,0,5,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(250,0,51,0,0,"DO", 0, 2, 0);
	trans[2][5]	= settr(202,0,35,42,42,"((n<2))", 0, 2, 0); /* m: 6 -> 35,0 */
	reached2[6] = 1;
	trans[2][6]	= settr(0,0,0,0,0,"n = (n+1)",0,0,0);
	T = trans[ 2][35] = settr(232,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(232,0,7,0,0,"sub-sequence", 0, 2, 0);
	trans[2][7]	= settr(204,0,32,43,43,"got = 0", 0, 2, 0);
	trans[2][33]	= settr(230,0,32,1,0,".(goto)", 0, 2, 0);
	T = trans[2][32] = settr(229,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(229,0,15,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(229,0,19,0,0,"DO", 0, 2, 0);
	T = trans[ 2][15] = settr(212,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(212,2,8,0,0,"ATOMIC", 1, 2, 0);
	trans[2][8]	= settr(205,4,37,44,44,"(((lock==4)||(lock==2)))", 1, 2, 0); /* m: 9 -> 37,0 */
	reached2[9] = 1;
	trans[2][9]	= settr(0,0,0,0,0,"lock = 2",0,0,0);
	trans[2][10]	= settr(0,0,0,0,0,"locks = (locks+1)",0,0,0);
	trans[2][11]	= settr(0,0,0,0,0,"decodes = 2",0,0,0);
	trans[2][12]	= settr(0,0,0,0,0,"woken[2] = 0",0,0,0);
	trans[2][13]	= settr(0,0,0,0,0,"got = 1",0,0,0);
	trans[2][14]	= settr(211,0,37,1,0,"goto :b6", 1, 2, 0);
	T = trans[ 2][19] = settr(216,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(216,2,16,0,0,"ATOMIC", 1, 2, 0);
	trans[2][16]	= settr(213,4,22,45,45,"(((lock!=4)&&(lock!=2)))", 1, 2, 0); /* m: 17 -> 22,0 */
	reached2[17] = 1;
	trans[2][17]	= settr(0,0,0,0,0,"woken[2] = 0",0,0,0);
	trans[2][18]	= settr(0,0,0,0,0,"between[2] = 1",0,0,0);
/*->*/	trans[2][22]	= settr(219,32,29,46,46,"D_STEP92", 1, 2, 0);
	T = trans[2][29] = settr(226,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(226,0,23,0,0,"IF", 0, 2, 0);
#if 0
	/* dead link: */
	T = T->nxt	= settr(226,0,24,0,0,"IF", 0, 2, 0);
#endif
#if 0
	/* dead link: */
	    T->nxt	= settr(226,0,26,0,0,"IF", 0, 2, 0);
#endif
	trans[2][23]	= settr(220,0,31,47,0,"(woken[2])", 1, 2, 0);
	trans[2][30]	= settr(227,0,31,1,0,".(goto)", 0, 2, 0);
	trans[2][24]	= settr(0,0,0,0,0,"(0)",0,0,0);
	trans[2][25]	= settr(222,0,31,1,0,"(1)", 0, 2, 0);
	trans[2][26]	= settr(0,0,0,0,0,"(0)",0,0,0);
	trans[2][27]	= settr(224,0,37,48,48,"queued[2] = 0", 1, 2, 0);
	trans[2][28]	= settr(225,0,37,1,0,"goto :b6", 0, 2, 0);
	trans[2][31]	= settr(228,0,32,49,49,"queued[2] = 0", 1, 2, 0);
	trans[2][34]	= settr(231,0,37,1,0,"break", 0, 2, 0);
	T = trans[ 2][37] = settr(234,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(234,0,36,0,0,"sub-sequence", 0, 2, 0);
	trans[2][36]	= settr(233,0,50,50,0,"assert(((decodes==2)&&(lock==2)))", 1, 2, 0);
	T = trans[ 2][50] = settr(247,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(247,0,49,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[2][49]	= settr(246,32,53,51,51,"D_STEP61", 1, 2, 0);
	trans[2][51]	= settr(248,0,56,52,52,"((n==2))", 0, 2, 0);
	trans[2][52]	= settr(249,0,56,1,0,"goto :b5", 0, 2, 0);
	trans[2][55]	= settr(252,0,56,1,0,"break", 0, 2, 0);
	trans[2][56]	= settr(253,0,57,53,53,"done = (done+1)", 1, 2, 0);
	trans[2][57]	= settr(254,0,0,54,54,"-end-", 0, 3500, 0);

	/* proctype 1: mapper */

	trans[1] = (Trans **) emalloc(63*sizeof(Trans *));

	T = trans[1][3] = settr(138,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(138,0,1,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(138,0,2,0,0,"IF", 0, 2, 0);
	trans[1][1]	= settr(136,0,58,55,55,"doomed = 1", 0, 2, 0);
	trans[1][4]	= settr(139,0,58,1,0,".(goto)", 0, 2, 0);
	trans[1][2]	= settr(137,0,58,56,56,"doomed = 0", 0, 2, 0);
	trans[1][59]	= settr(194,0,58,1,0,".(goto)", 0, 2, 0);
	T = trans[1][58] = settr(193,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(193,0,5,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(193,0,56,0,0,"DO", 0, 2, 0);
	trans[1][5]	= settr(140,0,54,57,0,"((n<2))", 0, 2, 0);
	T = trans[1][54] = settr(189,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(189,0,11,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(189,0,12,0,0,"IF", 0, 2, 0);
	T = trans[ 1][11] = settr(146,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(146,2,6,0,0,"ATOMIC", 1, 2, 0);
	trans[1][6]	= settr(141,2,8,58,0,"(mapped)", 1, 2, 0);
	T = trans[ 1][8] = settr(143,0,0,0,0,"sub-sequence", 1, 2, 0);
	T->nxt	= settr(143,0,7,0,0,"sub-sequence", 1, 2, 0);
	trans[1][7]	= settr(142,0,58,59,59,"assert(((decodes==0)&&(lock==0)))", 1, 2, 0); /* m: 9 -> 0,58 */
	reached1[9] = 1;
	trans[1][9]	= settr(0,0,0,0,0,"faulting = 0",0,0,0);
	trans[1][10]	= settr(0,0,0,0,0,"n = (n+1)",0,0,0);
	trans[1][55]	= settr(190,0,58,1,0,".(goto)", 0, 2, 0);
	trans[1][12]	= settr(147,0,13,60,0,"(!(mapped))", 1, 2, 0);
	trans[1][13]	= settr(148,0,44,61,61,"faulting = 1", 1, 2, 0);
	T = trans[ 1][44] = settr(179,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(179,0,16,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[1][16]	= settr(151,32,40,62,62,"D_STEP117", 1, 2, 0);
	trans[1][41]	= settr(176,0,40,1,0,".(goto)", 0, 2, 0);
	T = trans[1][40] = settr(175,0,0,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(175,0,32,0,0,"DO", 0, 2, 0);
/*->*/	trans[1][32]	= settr(167,32,38,63,63,"D_STEP119", 1, 3, 0);
	T = trans[1][38] = settr(173,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(173,0,33,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(173,0,35,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(173,0,36,0,0,"IF", 0, 2, 0);
	trans[1][33]	= settr(168,0,43,64,0,"(ok)", 0, 2, 0);
	trans[1][34]	= settr(169,0,43,1,0,"goto :b4", 0, 2, 0);
	trans[1][39]	= settr(174,0,40,1,0,".(goto)", 0, 2, 0);
	trans[1][35]	= settr(170,0,40,65,0,"((!(ok)&&awake[0]))", 1, 2, 0);
	trans[1][36]	= settr(171,0,43,66,0,"((!(ok)&&doomed))", 0, 2, 0);
	trans[1][37]	= settr(172,0,43,1,0,"goto :b4", 0, 2, 0);
	trans[1][42]	= settr(177,0,43,1,0,"break", 0, 2, 0);
	trans[1][43]	= settr(178,0,52,67,67,"waiters[0] = (waiters[0]-1)", 1, 2, 0);
	T = trans[1][52] = settr(187,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(187,0,45,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(187,0,49,0,0,"IF", 0, 2, 0);
	trans[1][45]	= settr(180,0,48,68,68,"(ok)", 0, 2, 0);
/*->*/	trans[1][48]	= settr(183,32,58,69,69,"D_STEP226", 1, 2, 0);
	trans[1][53]	= settr(188,0,58,1,0,".(goto)", 0, 2, 0);
	trans[1][49]	= settr(184,0,50,2,0,"else", 0, 2, 0);
	trans[1][50]	= settr(185,0,61,70,70,"faulting = 0", 1, 2, 0);
	trans[1][51]	= settr(186,0,61,1,0,"goto :b3", 0, 2, 0);
	trans[1][56]	= settr(191,0,61,71,71,"((n==2))", 0, 2, 0);
	trans[1][57]	= settr(192,0,61,1,0,"goto :b3", 0, 2, 0);
	trans[1][60]	= settr(195,0,61,1,0,"break", 0, 2, 0);
	trans[1][61]	= settr(196,0,62,72,72,"done = (done+1)", 1, 2, 0);
	trans[1][62]	= settr(197,0,0,73,73,"-end-", 0, 3500, 0);

	/* proctype 0: task */

	trans[0] = (Trans **) emalloc(137*sizeof(Trans *));

	T = trans[0][3] = settr(2,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(2,0,1,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(2,0,2,0,0,"IF", 0, 2, 0);
	trans[0][1]	= settr(0,0,132,74,74,"doomed = 1", 0, 2, 0);
	trans[0][4]	= settr(3,0,132,1,0,".(goto)", 0, 2, 0);
	trans[0][2]	= settr(1,0,132,75,75,"doomed = 0", 0, 2, 0);
	trans[0][133]	= settr(132,0,132,1,0,".(goto)", 0, 2, 0);
	T = trans[0][132] = settr(131,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(131,0,5,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(131,0,130,0,0,"DO", 0, 2, 0);
	trans[0][5]	= settr(4,0,21,76,76,"((n<2))", 0, 2, 0); /* m: 6 -> 21,0 */
	reached0[6] = 1;
	trans[0][6]	= settr(0,0,0,0,0,"n = (n+1)",0,0,0);
	T = trans[ 0][21] = settr(20,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(20,2,7,0,0,"ATOMIC", 1, 2, 0);
	trans[0][7]	= settr(6,2,19,77,77,"ok = 0", 1, 2, 0); /* m: 8 -> 0,19 */
	reached0[8] = 1;
	trans[0][8]	= settr(0,0,0,0,0,"direct = 0",0,0,0);
	T = trans[0][19] = settr(18,2,0,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(18,2,9,0,0,"IF", 1, 2, 0);
	T = T->nxt	= settr(18,2,13,0,0,"IF", 1, 2, 0);
	    T->nxt	= settr(18,2,18,0,0,"IF", 1, 2, 0);
	trans[0][9]	= settr(8,4,128,78,78,"(((state==LEASED)&&(holder==card)))", 1, 2, 0); /* m: 10 -> 128,0 */
	reached0[10] = 1;
	trans[0][10]	= settr(0,0,0,0,0,"users[card] = (users[card]+1)",0,0,0);
	trans[0][11]	= settr(0,0,0,0,0,"claimed[card] = 1",0,0,0);
	trans[0][12]	= settr(0,0,0,0,0,"ok = 1",0,0,0);
	trans[0][20]	= settr(19,0,128,79,79,".(goto)", 1, 2, 0);
	trans[0][13]	= settr(12,4,128,80,80,"(((waiting==0)&&((state==FREE)||((state==DIRECT)&&(holder==card)))))", 1, 2, 0); /* m: 14 -> 128,0 */
	reached0[14] = 1;
	trans[0][14]	= settr(0,0,0,0,0,"state = DIRECT",0,0,0);
	trans[0][15]	= settr(0,0,0,0,0,"holder = card",0,0,0);
	trans[0][16]	= settr(0,0,0,0,0,"users[card] = (users[card]+1)",0,0,0);
	trans[0][17]	= settr(0,0,0,0,0,"direct = 1",0,0,0);
	trans[0][18]	= settr(17,2,20,2,0,"else", 1, 2, 0);
	T = trans[0][128] = settr(127,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(127,0,22,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(127,0,84,0,0,"IF", 0, 2, 0);
	trans[0][22]	= settr(21,0,51,81,81,"(direct)", 0, 2, 0);
	T = trans[ 0][51] = settr(50,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(50,0,23,0,0,"sub-sequence", 0, 2, 0);
	trans[0][23]	= settr(22,0,48,82,82,"ok = 0", 0, 2, 0);
	trans[0][49]	= settr(48,0,48,1,0,".(goto)", 0, 2, 0);
	T = trans[0][48] = settr(47,0,0,0,0,"DO", 0, 2, 0);
	T = T->nxt	= settr(47,0,31,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(47,0,35,0,0,"DO", 0, 2, 0);
	T = trans[ 0][31] = settr(30,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(30,2,24,0,0,"ATOMIC", 1, 2, 0);
	trans[0][24]	= settr(23,4,69,83,83,"(((lock==4)||(lock==card)))", 1, 2, 0); /* m: 25 -> 69,0 */
	reached0[25] = 1;
	trans[0][25]	= settr(0,0,0,0,0,"lock = card",0,0,0);
	trans[0][26]	= settr(0,0,0,0,0,"locks = (locks+1)",0,0,0);
	trans[0][27]	= settr(0,0,0,0,0,"decodes = card",0,0,0);
	trans[0][28]	= settr(0,0,0,0,0,"woken[who] = 0",0,0,0);
	trans[0][29]	= settr(0,0,0,0,0,"ok = 1",0,0,0);
	trans[0][30]	= settr(29,0,69,1,0,"goto :b1", 1, 2, 0);
	T = trans[ 0][35] = settr(34,2,0,0,0,"ATOMIC", 1, 2, 0);
	T->nxt	= settr(34,2,32,0,0,"ATOMIC", 1, 2, 0);
	trans[0][32]	= settr(31,4,38,84,84,"(((lock!=4)&&(lock!=card)))", 1, 2, 0); /* m: 33 -> 38,0 */
	reached0[33] = 1;
	trans[0][33]	= settr(0,0,0,0,0,"woken[who] = 0",0,0,0);
	trans[0][34]	= settr(0,0,0,0,0,"between[who] = 1",0,0,0);
/*->*/	trans[0][38]	= settr(37,32,45,85,85,"D_STEP92", 1, 2, 0);
	T = trans[0][45] = settr(44,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(44,0,39,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(44,0,40,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(44,0,42,0,0,"IF", 0, 2, 0);
	trans[0][39]	= settr(38,0,47,86,0,"(woken[who])", 1, 2, 0);
	trans[0][46]	= settr(45,0,47,1,0,".(goto)", 0, 2, 0);
	trans[0][40]	= settr(39,0,41,1,0,"(1)", 0, 2, 0);
	trans[0][41]	= settr(40,0,47,1,0,"(1)", 0, 2, 0);
	trans[0][42]	= settr(41,0,43,87,0,"(doomed)", 0, 2, 0);
	trans[0][43]	= settr(42,0,69,88,88,"queued[who] = 0", 1, 2, 0);
	trans[0][44]	= settr(43,0,69,1,0,"goto :b1", 0, 2, 0);
	trans[0][47]	= settr(46,0,48,89,89,"queued[who] = 0", 1, 2, 0);
	trans[0][50]	= settr(49,0,69,1,0,"break", 0, 2, 0);
	T = trans[0][69] = settr(68,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(68,0,52,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(68,0,68,0,0,"IF", 0, 2, 0);
	trans[0][52]	= settr(51,0,54,90,0,"(ok)", 0, 2, 0);
	T = trans[ 0][54] = settr(53,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(53,0,53,0,0,"sub-sequence", 0, 2, 0);
	trans[0][53]	= settr(52,0,67,91,0,"assert(((decodes==card)&&(lock==card)))", 1, 2, 0);
	T = trans[ 0][67] = settr(66,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(66,0,66,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[0][66]	= settr(65,32,78,92,92,"D_STEP61", 1, 2, 0);
	trans[0][70]	= settr(69,0,78,1,0,".(goto)", 0, 2, 0);
	trans[0][68]	= settr(67,0,78,2,0,"else", 0, 2, 0);
/*->*/	trans[0][78]	= settr(77,32,82,93,93,"D_STEP181", 1, 2, 0);
	T = trans[0][82] = settr(81,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(81,0,79,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(81,0,80,0,0,"IF", 0, 2, 0);
	trans[0][79]	= settr(78,0,132,94,94,"(ok)", 0, 2, 0);
	trans[0][83]	= settr(82,0,132,1,0,".(goto)", 0, 2, 0);
	trans[0][80]	= settr(79,0,135,2,0,"else", 0, 2, 0);
	trans[0][81]	= settr(80,0,135,1,0,"goto :b0", 0, 2, 0);
	trans[0][129]	= settr(128,0,132,1,0,".(goto)", 0, 2, 0);
	trans[0][84]	= settr(83,0,118,2,0,"else", 0, 2, 0);
	T = trans[0][118] = settr(117,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(117,0,85,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(117,0,117,0,0,"IF", 0, 2, 0);
	trans[0][85]	= settr(84,0,116,95,95,"(!(ok))", 0, 2, 0);
	T = trans[ 0][116] = settr(115,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(115,0,88,0,0,"sub-sequence", 0, 2, 0);
/*->*/	trans[0][88]	= settr(87,32,112,96,96,"D_STEP117", 1, 2, 0);
	trans[0][113]	= settr(112,0,112,1,0,".(goto)", 0, 2, 0);
	T = trans[0][112] = settr(111,0,0,0,0,"DO", 0, 2, 0);
	    T->nxt	= settr(111,0,104,0,0,"DO", 0, 2, 0);
/*->*/	trans[0][104]	= settr(103,32,110,97,97,"D_STEP119", 1, 3, 0);
	T = trans[0][110] = settr(109,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(109,0,105,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(109,0,107,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(109,0,108,0,0,"IF", 0, 2, 0);
	trans[0][105]	= settr(104,0,115,98,0,"(ok)", 0, 2, 0);
	trans[0][106]	= settr(105,0,115,1,0,"goto :b2", 0, 2, 0);
	trans[0][111]	= settr(110,0,112,1,0,".(goto)", 0, 2, 0);
	trans[0][107]	= settr(106,0,112,99,0,"((!(ok)&&awake[id]))", 1, 2, 0);
	trans[0][108]	= settr(107,0,115,100,0,"((!(ok)&&doomed))", 0, 2, 0);
	trans[0][109]	= settr(108,0,115,1,0,"goto :b2", 0, 2, 0);
	trans[0][114]	= settr(113,0,115,1,0,"break", 0, 2, 0);
	trans[0][115]	= settr(114,0,126,101,101,"waiters[card] = (waiters[card]-1)", 1, 2, 0);
	trans[0][119]	= settr(118,0,126,1,0,".(goto)", 0, 2, 0);
	trans[0][117]	= settr(116,0,126,2,0,"else", 0, 2, 0);
	T = trans[0][126] = settr(125,0,0,0,0,"IF", 0, 2, 0);
	T = T->nxt	= settr(125,0,120,0,0,"IF", 0, 2, 0);
	    T->nxt	= settr(125,0,124,0,0,"IF", 0, 2, 0);
	trans[0][120]	= settr(119,0,122,102,102,"(ok)", 0, 2, 0);
	T = trans[ 0][122] = settr(121,0,0,0,0,"sub-sequence", 0, 2, 0);
	T->nxt	= settr(121,0,121,0,0,"sub-sequence", 0, 2, 0);
	trans[0][121]	= settr(120,0,123,103,0,"assert(((decodes==card)&&(lock==card)))", 1, 2, 0);
	trans[0][123]	= settr(122,0,132,104,104,"users[card] = (users[card]-1)", 1, 2, 0);
	trans[0][127]	= settr(126,0,132,1,0,".(goto)", 0, 2, 0);
	trans[0][124]	= settr(123,0,135,2,0,"else", 0, 2, 0);
	trans[0][125]	= settr(124,0,135,1,0,"goto :b0", 0, 2, 0);
	trans[0][130]	= settr(129,0,135,105,105,"((n==2))", 0, 2, 0);
	trans[0][131]	= settr(130,0,135,1,0,"goto :b0", 0, 2, 0);
	trans[0][134]	= settr(133,0,135,1,0,"break", 0, 2, 0);
	trans[0][135]	= settr(134,0,136,106,106,"done = (done+1)", 1, 2, 0);
	trans[0][136]	= settr(135,0,0,107,107,"-end-", 0, 3500, 0);
	/* np_ demon: */
	trans[_NP_] = (Trans **) emalloc(3*sizeof(Trans *));
	T = trans[_NP_][0] = settr(9997,0,1,_T5,0,"(np_)", 1,2,0);
	    T->nxt	  = settr(9998,0,0,_T2,0,"(1)",   0,2,0);
	T = trans[_NP_][1] = settr(9999,0,1,_T5,0,"(np_)", 1,2,0);
}

Trans *
settr(	int t_id, int a, int b, int c, int d,
	char *t, int g, int tpe0, int tpe1)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	tmp->atom  = a&(6|32);	/* only (2|8|32) have meaning */
	if (!g) tmp->atom |= 8;	/* no global references */
	tmp->st    = b;
	tmp->tpe[0] = tpe0;
	tmp->tpe[1] = tpe1;
	tmp->tp    = t;
	tmp->t_id  = t_id;
	tmp->forw  = c;
	tmp->back  = d;
	return tmp;
}

Trans *
cpytr(Trans *a)
{	Trans *tmp = (Trans *) emalloc(sizeof(Trans));

	int i;
	tmp->atom  = a->atom;
	tmp->st    = a->st;
#ifdef HAS_UNLESS
	tmp->e_trans = a->e_trans;
	for (i = 0; i < HAS_UNLESS; i++)
		tmp->escp[i] = a->escp[i];
#endif
	tmp->tpe[0] = a->tpe[0];
	tmp->tpe[1] = a->tpe[1];
	for (i = 0; i < 6; i++)
	{	tmp->qu[i] = a->qu[i];
		tmp->ty[i] = a->ty[i];
	}
	tmp->tp    = (char *) emalloc(strlen(a->tp)+1);
	strcpy(tmp->tp, a->tp);
	tmp->t_id  = a->t_id;
	tmp->forw  = a->forw;
	tmp->back  = a->back;
	return tmp;
}

#ifndef NOREDUCE
int
srinc_set(int n)
{	if (n <= 2) return LOCAL;
	if (n <= 2+  DELTA) return Q_FULL_F; /* 's' or nfull  */
	if (n <= 2+2*DELTA) return Q_EMPT_F; /* 'r' or nempty */
	if (n <= 2+3*DELTA) return Q_EMPT_T; /* empty */
	if (n <= 2+4*DELTA) return Q_FULL_T; /* full  */
	if (n ==   5*DELTA) return GLOBAL;
	if (n ==   6*DELTA) return TIMEOUT_F;
	if (n ==   7*DELTA) return ALPHA_F;
	Uerror("cannot happen srinc_class");
	return BAD;
}
int
srunc(int n, int m)
{	switch(m) {
	case Q_FULL_F: return n-2;
	case Q_EMPT_F: return n-2-DELTA;
	case Q_EMPT_T: return n-2-2*DELTA;
	case Q_FULL_T: return n-2-3*DELTA;
	case ALPHA_F:
	case TIMEOUT_F: return 257; /* non-zero, and > MAXQ */
	}
	Uerror("cannot happen srunc");
	return 0;
}
#endif
int cnt;
#ifdef HAS_UNLESS
int
isthere(Trans *a, int b)
{	Trans *t;
	for (t = a; t; t = t->nxt)
		if (t->t_id == b)
			return 1;
	return 0;
}
#endif
#ifndef NOREDUCE
int
mark_safety(Trans *t) /* for conditional safety */
{	int g = 0, i, j, k;

	if (!t) return 0;
	if (t->qu[0])
		return (t->qu[1])?2:1;	/* marked */

	for (i = 0; i < 2; i++)
	{	j = srinc_set(t->tpe[i]);
		if (j >= GLOBAL && j != ALPHA_F)
			return -1;
		if (j != LOCAL)
		{	k = srunc(t->tpe[i], j);
			if (g == 0
			||  t->qu[0] != k
			||  t->ty[0] != j)
			{	t->qu[g] = k;
				t->ty[g] = j;
				g++;
	}	}	}
	return g;
}
#endif
void
retrans(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
	/* process n, with m states, is=initial state */
{	Trans *T0, *T1, *T2, *T3;
	Trans *T4, *T5; /* t_reverse or has_unless */
	int i;
#if defined(HAS_UNLESS) || !defined(NOREDUCE)
	int k;
#endif
#ifndef NOREDUCE
	int g, h, j, aa;
#endif
#ifdef HAS_UNLESS
	int p;
#endif
	if (state_tables >= 4)
	{	printf("STEP 1 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	do {
		for (i = 1, cnt = 0; i < m; i++)
		{	T2 = trans[n][i];
			T1 = T2?T2->nxt:(Trans *)0;
/* prescan: */		for (T0 = T1; T0; T0 = T0->nxt)
/* choice in choice */	{	if (T0->st && trans[n][T0->st]
				&&  trans[n][T0->st]->nxt)
					break;
			}
#if 0
		if (T0)
		printf("\tstate %d / %d: choice in choice\n",
		i, T0->st);
#endif
			if (T0)
			for (T0 = T1; T0; T0 = T0->nxt)
			{	T3 = trans[n][T0->st];
				if (!T3->nxt)
				{	T2->nxt = cpytr(T0);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
					continue;
				}
				do {	T3 = T3->nxt;
					T2->nxt = cpytr(T3);
					T2 = T2->nxt;
					imed(T2, T0->st, n, i);
				} while (T3->nxt);
				cnt++;
			}
		}
	} while (cnt);
	if (state_tables >= 3)
	{	printf("STEP 2 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
	for (i = 1; i < m; i++)
	{	if (trans[n][i] && trans[n][i]->nxt) /* optimize */
		{	T1 = trans[n][i]->nxt;
#if 0
			printf("\t\tpull %d (%d) to %d\n",
			T1->st, T1->forw, i);
#endif
			srcln[i] = srcln[T1->st];	/* Oyvind Teig, 5.2.0 */

			if (!trans[n][T1->st]) continue;
			T0 = cpytr(trans[n][T1->st]);
			trans[n][i] = T0;
			reach[T1->st] = 1;
			imed(T0, T1->st, n, i);
			for (T1 = T1->nxt; T1; T1 = T1->nxt)
			{
#if 0
			printf("\t\tpull %d (%d) to %d\n",
				T1->st, T1->forw, i);
#endif
		/*		srcln[i] = srcln[T1->st];  gh: not useful */
				if (!trans[n][T1->st]) continue;
				T0->nxt = cpytr(trans[n][T1->st]);
				T0 = T0->nxt;
				reach[T1->st] = 1;
				imed(T0, T1->st, n, i);
	}	}	}
	if (state_tables >= 2)
	{	printf("STEP 3 %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
		return;
	}
#ifdef HAS_UNLESS
	for (i = 1; i < m; i++)
	{	if (!trans[n][i]) continue;
		/* check for each state i if an
		 * escape to some state p is defined
		 * if so, copy and mark p's transitions
		 * and prepend them to the transition-
		 * list of state i
		 */
	 if (!like_java) /* the default */
	 {	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->e_trans = p;
				T2->nxt = trans[n][i];
				trans[n][i] = T2;
		}	}
	 } else /* outermost unless checked first */
	 {	T4 = T3 = (Trans *) 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		for (k = HAS_UNLESS-1; k >= 0; k--)
		{	if (p = T0->escp[k])
			for (T1 = trans[n][p]; T1; T1 = T1->nxt)
			{	if (isthere(trans[n][i], T1->t_id))
					continue;
				T2 = cpytr(T1);
				T2->nxt = (Trans *) 0;
				T2->e_trans = p;
				if (T3)	T3->nxt = T2;
				else	T4 = T2;
				T3 = T2;
		}	}
		if (T4)
		{	T3->nxt = trans[n][i];
			trans[n][i] = T4;
		}
	 }
	}
#endif
#ifndef NOREDUCE
	for (i = 1; i < m; i++)
	{	if (a_cycles)
		{ /* moves through these states are visible */
	#if PROG_LAB>0 && defined(HAS_NP)
			if (progstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (progstate[n][T1->st])
					goto degrade;
	#endif
			if (accpstate[n][i] || visstate[n][i])
				goto degrade;
			for (T1 = trans[n][i]; T1; T1 = T1->nxt)
				if (accpstate[n][T1->st])
					goto degrade;
		}
		T1 = trans[n][i];
		if (!T1) continue;
		g = mark_safety(T1);	/* V3.3.1 */
		if (g < 0) goto degrade; /* global */
		/* check if mixing of guards preserves reduction */
		if (T1->nxt)
		{	k = 0;
			for (T0 = T1; T0; T0 = T0->nxt)
			{	if (!(T0->atom&8))
					goto degrade;
				for (aa = 0; aa < 2; aa++)
				{	j = srinc_set(T0->tpe[aa]);
					if (j >= GLOBAL && j != ALPHA_F)
						goto degrade;
					if (T0->tpe[aa]
					&&  T0->tpe[aa]
					!=  T1->tpe[0])
						k = 1;
			}	}
			/* g = 0;	V3.3.1 */
			if (k)	/* non-uniform selection */
			for (T0 = T1; T0; T0 = T0->nxt)
			for (aa = 0; aa < 2; aa++)
			{	j = srinc_set(T0->tpe[aa]);
				if (j != LOCAL)
				{	k = srunc(T0->tpe[aa], j);
					for (h = 0; h < 6; h++)
						if (T1->qu[h] == k
						&&  T1->ty[h] == j)
							break;
					if (h >= 6)
					{	T1->qu[g%6] = k;
						T1->ty[g%6] = j;
						g++;
			}	}	}
			if (g > 6)
			{	T1->qu[0] = 0;	/* turn it off */
				printf("pan: warning, line %d, ",
					srcln[i]);
			 	printf("too many stmnt types (%d)",
					g);
			  	printf(" in selection\n");
			  goto degrade;
			}
		}
		/* mark all options global if >=1 is global */
		for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			if (!(T1->atom&8)) break;
		if (T1)
degrade:	for (T1 = trans[n][i]; T1; T1 = T1->nxt)
			T1->atom &= ~8;	/* mark as unsafe */
		/* can only mix 'r's or 's's if on same chan */
		/* and not mixed with other local operations */
		T1 = trans[n][i];
		if (!T1 || T1->qu[0]) continue;
		j = T1->tpe[0];
		if (T1->nxt && T1->atom&8)
		{ if (j == 5*DELTA)
		  {	printf("warning: line %d ", srcln[i]);
			printf("mixed condition ");
			printf("(defeats reduction)\n");
			goto degrade;
		  }
		  for (T0 = T1; T0; T0 = T0->nxt)
		  for (aa = 0; aa < 2; aa++)
		  if  (T0->tpe[aa] && T0->tpe[aa] != j)
		  {	printf("warning: line %d ", srcln[i]);
			printf("[%d-%d] mixed %stion ",
				T0->tpe[aa], j, 
				(j==5*DELTA)?"condi":"selec");
			printf("(defeats reduction)\n");
			printf("	'%s' <-> '%s'\n",
				T1->tp, T0->tp);
			goto degrade;
		} }
	}
#endif
	for (i = 1; i < m; i++)
	{	T2 = trans[n][i];
		if (!T2
		||  T2->nxt
		||  strncmp(T2->tp, ".(goto)", 7)
		||  !stopstate[n][i])
			continue;
		stopstate[n][T2->st] = 1;
	}
	if (state_tables && !verbose)
	{	if (dodot)
		{	char buf[256], *q = buf, *p = procname[n];
			while (*p != '\0')
			{	if (*p != ':')
				{	*q++ = *p;
				}
				p++;
			}
			*q = '\0';
			printf("digraph ");
			switch (Btypes[n]) {
			case I_PROC:  printf("init {\n"); break;
			case N_CLAIM: printf("claim_%s {\n", buf); break;
			case E_TRACE: printf("notrace {\n"); break;
			case N_TRACE: printf("trace {\n"); break;
			default:      printf("p_%s {\n", buf); break;
			}
			printf("size=\"8,10\";\n");
			printf("  GT [shape=box,style=dotted,label=\"%s\"];\n", buf);
			printf("  GT -> S%d;\n", is);
		} else
		{	switch (Btypes[n]) {
			case I_PROC:  printf("init\n"); break;
			case N_CLAIM: printf("claim %s\n", procname[n]); break;
			case E_TRACE: printf("notrace assertion\n"); break;
			case N_TRACE: printf("trace assertion\n"); break;
			default:      printf("proctype %s\n", procname[n]); break;
		}	}
		for (i = 1; i < m; i++)
		{	reach[i] = 1;
		}
		tagtable(n, m, is, srcln, reach);
		if (dodot) printf("}\n");
	} else
	for (i = 1; i < m; i++)
	{	int nrelse;
		if (Btypes[n] != N_CLAIM)
		{	for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			{	if (T0->st == i
				&& strcmp(T0->tp, "(1)") == 0)
				{	printf("error: proctype '%s' ",
						procname[n]);
		  			printf("line %d, state %d: has un",
						srcln[i], i);
					printf("conditional self-loop\n");
					pan_exit(1);
		}	}	}
		nrelse = 0;
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
		{	if (strcmp(T0->tp, "else") == 0)
				nrelse++;
		}
		if (nrelse > 1)
		{	printf("error: proctype '%s' state",
				procname[n]);
		  	printf(" %d, inherits %d", i, nrelse);
		  	printf(" 'else' stmnts\n");
			pan_exit(1);
	}	}
#if !defined(LOOPSTATE) && !defined(BFS_PAR)
	if (state_tables)
#endif
	do_dfs(n, m, is, srcln, reach, lpstate);

	if (!t_reverse)
	{	return;
	}
	/* process n, with m states, is=initial state -- reverse list */
	if (!state_tables && Btypes[n] != N_CLAIM)
	{	for (i = 1; i < m; i++)
		{	Trans *Tx = (Trans *) 0; /* list of escapes */
			Trans *Ty = (Trans *) 0; /* its tail element */
			T1 = (Trans *) 0; /* reversed list */
			T2 = (Trans *) 0; /* its tail */
			T3 = (Trans *) 0; /* remembers possible 'else' */

			/* find unless-escapes, they should go first */
			T4 = T5 = T0 = trans[n][i];
	#ifdef HAS_UNLESS
			while (T4 && T4->e_trans) /* escapes are first in orig list */
			{	T5 = T4;	  /* remember predecessor */
				T4 = T4->nxt;
			}
	#endif
			/* T4 points to first non-escape, T5 to its parent, T0 to original list */
			if (T4 != T0)		 /* there was at least one escape */
			{	T3 = T5->nxt;		 /* start of non-escapes */
				T5->nxt = (Trans *) 0;	 /* separate */
				Tx = T0;		 /* start of the escapes */
				Ty = T5;		 /* its tail */
				T0 = T3;		 /* the rest, to be reversed */
			}
			/* T0 points to first non-escape, Tx to the list of escapes, Ty to its tail */

			/* first tail-add non-escape transitions, reversed */
			T3 = (Trans *) 0;
			for (T5 = T0; T5; T5 = T4)
			{	T4 = T5->nxt;
	#ifdef HAS_UNLESS
				if (T5->e_trans)
				{	printf("error: cannot happen!\n");
					continue;
				}
	#endif
				if (strcmp(T5->tp, "else") == 0)
				{	T3 = T5;
					T5->nxt = (Trans *) 0;
				} else
				{	T5->nxt = T1;
					if (!T1) { T2 = T5; }
					T1 = T5;
			}	}
			/* T3 points to a possible else, which is removed from the list */
			/* T1 points to the reversed list so far (without escapes) */
			/* T2 points to the tail element -- where the else should go */
			if (T2 && T3)
			{	T2->nxt = T3;	/* add else */
			} else
			{	if (T3) /* there was an else, but there's no tail */
				{	if (!T1)	/* and no reversed list */
					{	T1 = T3; /* odd, but possible */
					} else		/* even stranger */
					{	T1->nxt = T3;
			}	}	}

			/* add in the escapes, to that they appear at the front */
			if (Tx && Ty) { Ty->nxt = T1; T1 = Tx; }

			trans[n][i] = T1;
			/* reversed, with escapes first and else last */
	}	}
	if (state_tables && verbose)
	{	printf("FINAL proctype %s\n", 
			procname[n]);
		for (i = 1; i < m; i++)
		for (T0 = trans[n][i]; T0; T0 = T0->nxt)
			crack(n, i, T0, srcln);
	}
}
void
imed(Trans *T, int v, int n, int j)	/* set intermediate state */
{	progstate[n][T->st] |= progstate[n][v];
	accpstate[n][T->st] |= accpstate[n][v];
	stopstate[n][T->st] |= stopstate[n][v];
	mapstate[n][j] = T->st;
}
void
tagtable(int n, int m, int is, short srcln[], uchar reach[])
{	Trans *z;

	if (is >= m || !trans[n][is]
	||  is <= 0 || reach[is] == 0)
		return;
	reach[is] = 0;
	if (state_tables)
	for (z = trans[n][is]; z; z = z->nxt)
	{	if (dodot)
			dot_crack(n, is, z);
		else
			crack(n, is, z, srcln);
	}

	for (z = trans[n][is]; z; z = z->nxt)
	{
#ifdef HAS_UNLESS
		int i, j;
#endif
		tagtable(n, m, z->st, srcln, reach);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			tagtable(n, m, j, srcln, reach);
		}
#endif
	}
}

extern Trans *t_id_lkup[];

void
dfs_table(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	Trans *z;

	if (is >= m || is <= 0 || !trans[n][is])
		return;
	if ((reach[is] & (4|8|16)) != 0)
	{	if ((reach[is] & (8|16)) == 16)	/* on stack, not yet recorded */
		{	lpstate[is] = 1;
			reach[is] |= 8; /* recorded */
			if (state_tables && verbose)
			{	printf("state %d line %d is a loopstate\n", is, srcln[is]);
		}	}
		return;
	}
	reach[is] |= (4|16);	/* visited | onstack */
	for (z = trans[n][is]; z; z = z->nxt)
	{	t_id_lkup[z->t_id] = z;
#ifdef HAS_UNLESS
		int i, j;
#endif
		dfs_table(n, m, z->st, srcln, reach, lpstate);
#ifdef HAS_UNLESS
		for (i = 0; i < HAS_UNLESS; i++)
		{	j = trans[n][is]->escp[i];
			if (!j) break;
			dfs_table(n, m, j, srcln, reach, lpstate);
		}
#endif
	}
	reach[is] &= ~16; /* no longer on stack */
}
void
do_dfs(int n, int m, int is, short srcln[], uchar reach[], uchar lpstate[])
{	int i;
	dfs_table(n, m, is, srcln, reach, lpstate);
	for (i = 0; i < m; i++)
		reach[i] &= ~(4|8|16);
}
void
crack(int n, int j, Trans *z, short srcln[])
{	int i;

	if (!z) return;
	printf("	state %3d -(tr %3d)-> state %3d  ",
		j, z->forw, z->st);
	printf("[id %3d tp %3d", z->t_id, z->tpe[0]);
	if (z->tpe[1]) printf(",%d", z->tpe[1]);
#ifdef HAS_UNLESS
	if (z->e_trans)
		printf(" org %3d", z->e_trans);
	else if (state_tables >= 2)
	for (i = 0; i < HAS_UNLESS; i++)
	{	if (!z->escp[i]) break;
		printf(" esc %d", z->escp[i]);
	}
#endif
	printf("]");
	printf(" [%s%s%s%s%s] %s:%d => ",
		z->atom&6?"A":z->atom&32?"D":"-",
		accpstate[n][j]?"a" :"-",
		stopstate[n][j]?"e" : "-",
		progstate[n][j]?"p" : "-",
		z->atom & 8 ?"L":"G",
		PanSource, srcln[j]);
	for (i = 0; z->tp[i]; i++)
		if (z->tp[i] == '\n')
			printf("\\n");
		else
			putchar(z->tp[i]);
	if (verbose && z->qu[0])
	{	printf("\t[");
		for (i = 0; i < 6; i++)
			if (z->qu[i])
				printf("(%d,%d)",
				z->qu[i], z->ty[i]);
		printf("]");
	}
	printf("\n");
	fflush(stdout);
}
/* spin -a m.pml; cc -o pan pan.c; ./pan -D | dot -Tps > foo.ps; ps2pdf foo.ps */
void
dot_crack(int n, int j, Trans *z)
{	int i;

	if (!z) return;
	printf("	S%d -> S%d  [color=black", j, z->st);

	if (z->atom&6) printf(",style=dashed");
	else if (z->atom&32) printf(",style=dotted");
	else if (z->atom&8) printf(",style=solid");
	else printf(",style=bold");

	printf(",label=\"");
	for (i = 0; z->tp[i]; i++)
	{	if (z->tp[i] == '\\'
		&&  z->tp[i+1] == 'n')
		{	i++; printf(" ");
		} else
		{	putchar(z->tp[i]);
	}	}
	printf("\"];\n");
	if (accpstate[n][j]) printf("  S%d [color=red,style=bold];\n", j);
	else if (progstate[n][j]) printf("  S%d [color=green,style=bold];\n", j);
	if (stopstate[n][j]) printf("  S%d [color=blue,style=bold,shape=box];\n", j);
}

#ifdef VAR_RANGES
#define BYTESIZE	32	/* 2^8 : 2^3 = 256:8 = 32 */

typedef struct Vr_Ptr {
	char	*nm;
	uchar	vals[BYTESIZE];
	struct Vr_Ptr *nxt;
} Vr_Ptr;
Vr_Ptr *ranges = (Vr_Ptr *) 0;

void
logval(char *s, int v)
{	Vr_Ptr *tmp;

	if (v<0 || v > 255) return;
	for (tmp = ranges; tmp; tmp = tmp->nxt)
		if (!strcmp(tmp->nm, s))
			goto found;
	tmp = (Vr_Ptr *) emalloc(sizeof(Vr_Ptr));
	tmp->nxt = ranges;
	ranges = tmp;
	tmp->nm = s;
found:
	tmp->vals[(v)/8] |= 1<<((v)%8);
}

void
dumpval(uchar X[], int range)
{	int w, x, i, j = -1;

	for (w = i = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
from:		if ((X[w] & (1<<x)))
		{	printf("%d", i);
			j = i;
			goto upto;
	}	}
	return;
	for (w = 0; w < range; w++)
	for (x = 0; x < 8; x++, i++)
	{
upto:		if (!(X[w] & (1<<x)))
		{	if (i-1 == j)
				printf(", ");
			else
				printf("-%d, ", i-1);
			goto from;
	}	}
	if (j >= 0 && j != 255)
		printf("-255");
}

void
dumpranges(void)
{	Vr_Ptr *tmp;
	printf("\nValues assigned within ");
	printf("interval [0..255]:\n");
	for (tmp = ranges; tmp; tmp = tmp->nxt)
	{	printf("\t%s\t: ", tmp->nm);
		dumpval(tmp->vals, BYTESIZE);
		printf("\n");
	}
}
#endif
