// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mistakes on purpose, the one named by the parameter "mistake", for the lab's
 * selfcheck: the checkers of the debug kernels must find them.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static char *mistake = "none";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "use_after_free, double_unlock, leak or data_race");

/* What the compiler must not see through. */
static void *hidden;

static void use_after_free(void)
{
	hidden = kmalloc(64, GFP_KERNEL);
	OPTIMIZER_HIDE_VAR(hidden);
	if (!hidden)
		return;
	kfree(hidden);
	*(volatile char *)hidden = 1;
	hidden = NULL;
}

static DEFINE_MUTEX(lock);

static void double_unlock(void)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
	mutex_unlock(&lock);
}

static void leak(void)
{
	int i;

	/* One that a register or a stack still shows would not be found. */
	for (i = 0; i < 10; i++) {
		hidden = kmalloc(1000, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(hidden);
	}
	hidden = NULL;
}

static int counter;

static int count_up(void *unused)
{
	int i;

	for (i = 0; i < 1000000 && !kthread_should_stop(); i++) {
		counter++;
		cond_resched();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static void race(void)
{
	struct task_struct *other = kthread_run(count_up, NULL, "planted");
	int i;

	for (i = 0; i < 1000000; i++) {
		counter++;
		cond_resched();
	}
	if (!IS_ERR(other))
		kthread_stop(other);
}

static int __init planted_init(void)
{
	if (!strcmp(mistake, "use_after_free"))
		use_after_free();
	else if (!strcmp(mistake, "double_unlock"))
		double_unlock();
	else if (!strcmp(mistake, "leak"))
		leak();
	else if (!strcmp(mistake, "data_race"))
		race();
	return 0;
}
module_init(planted_init);

static void __exit planted_exit(void)
{
}
module_exit(planted_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Mistakes that the checkers must find");
