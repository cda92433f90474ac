/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A histogram of waiting times that processes fill and their parent reads.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include <stdint.h>
#include <stdio.h>

/* By powers of two and sixteenths of them: 6 % is the resolution. */
#define LATENCY_SUB	16
#define LATENCY_BUCKETS	(40 * LATENCY_SUB)

struct latency {
	uint64_t count, sum_ns, max_ns;
	uint64_t bucket[LATENCY_BUCKETS];
};

static inline unsigned int latency_bucket(uint64_t ns)
{
	unsigned int log;

	if (ns < LATENCY_SUB)
		return ns;
	log = 63 - __builtin_clzll(ns);
	log = (log - 3) * LATENCY_SUB + ((ns >> (log - 4)) & (LATENCY_SUB - 1));
	return log < LATENCY_BUCKETS ? log : LATENCY_BUCKETS - 1;
}

/* The upper edge of a bucket, in ns. */
static inline uint64_t latency_edge(unsigned int bucket)
{
	unsigned int log = bucket / LATENCY_SUB + 3;

	if (bucket < LATENCY_SUB)
		return bucket + 1;
	return (uint64_t)(LATENCY_SUB + bucket % LATENCY_SUB + 1) << (log - 4);
}

static inline void latency_add(struct latency *latency, uint64_t ns)
{
	latency->count++;
	latency->sum_ns += ns;
	latency->bucket[latency_bucket(ns)]++;
	if (ns > latency->max_ns)
		latency->max_ns = ns;
}

static inline void latency_merge(struct latency *into,
				 const struct latency *latency)
{
	unsigned int i;

	into->count += latency->count;
	into->sum_ns += latency->sum_ns;
	for (i = 0; i < LATENCY_BUCKETS; i++)
		into->bucket[i] += latency->bucket[i];
	if (latency->max_ns > into->max_ns)
		into->max_ns = latency->max_ns;
}

static inline uint64_t latency_percentile_ns(const struct latency *latency,
					     double share)
{
	uint64_t left = latency->count * (1 - share);
	unsigned int i;

	for (i = LATENCY_BUCKETS; i-- > 0;) {
		if (latency->bucket[i] > left)
			return latency_edge(i) < latency->max_ns ?
				       latency_edge(i) :
				       latency->max_ns;
		left -= latency->bucket[i];
	}
	return 0;
}

static inline void latency_print(const struct latency *latency)
{
	printf("mean_us=%.1f p99_us=%.1f p999_us=%.1f max_us=%.1f",
	       latency->count ? latency->sum_ns / 1000.0 / latency->count : 0,
	       latency_percentile_ns(latency, 0.99) / 1000.0,
	       latency_percentile_ns(latency, 0.999) / 1000.0,
	       latency->max_ns / 1000.0);
}

#endif /* LATENCY_H */
