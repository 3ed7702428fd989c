// Package stats turns the scores of samples into numbers with intervals: means, differences between two
// models, and effective lengths. It knows nothing of models, tasks or stores.
//
// The words:
//
//	score       what a sample got, a fraction from 0 (wrong) to 1 (right); printed in percent
//	interval    an estimate (Center) with its bounds (Low, High), the confidence asked for, the number of
//	            samples N and warnings
//	confidence  the share of repetitions of a study whose interval is to hold the true value: 0.95, say
//	resample    as many samples, drawn from the samples with replacement
//	paired      of two models that were asked the same samples
//	threshold   the score down to which a length counts as reached
//	question    a sample, however many depths, formats and trainings see it: one cluster
//	stratum     a depth, format, task and length; numbers pool strata with fixed weights
//	scope       what a number is one of: checkpoint, these trained weights; architecture, any training by the recipe
//	family      all tests of one table or figure
//
// Two functions answer for what is pooled ([Pool]): [CheckpointMean] and [ArchitectureMean], with their differences
// [CheckpointDifference] and [ArchitectureDifference].
//
// Where the scores of one stratum are 0 or 1 the intervals are closed formulas; otherwise they are bootstraps, whose random
// generator has a fixed seed, so that the same scores give the same interval. The methods and their sources:
//
//	Wilson             Wilson 1927, "Probable inference, the law of succession, and statistical inference"
//	Bootstrap          Efron 1987, "Better bootstrap confidence intervals" (BCa); Efron & Tibshirani 1993,
//	                   "An Introduction to the Bootstrap", section 14.3
//	MeanOf             Zou, Huang & Zhang 2009 (MOVER)
//	Compare            McNemar 1947; Newcombe 1998, "Improved confidence intervals for the difference between
//	                   binomial proportions based on paired data", method 10; else the paired bootstrap
//	Holm               Holm 1979, "A simple sequentially rejective multiple test procedure"
//	Gaffke             Gaffke 2005; Learned-Miller & Thomas 2019
//	ArchitectureMean   the two-way variance of seeds and questions (Owen 2007; Cameron, Gelbach & Miller 2011), Cochran 1964
//	SignFlips          Westfall & Young 1993, step-down max-T
//	FixedSequence      Maurer, Hothorn & Lehmacher 1995; Westfall & Krishen 2001
//	VarianceComponents Searle, Casella & McCulloch 1992; Quenouille 1956
//	AgainstPublished   Newcombe 1998, method 10 for independent samples
//	EffectiveLength    Hsieh et al. 2024, "RULER: What's the real context size of your long-context language
//	                   models?", with a percentile bootstrap
package stats
