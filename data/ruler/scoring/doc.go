// Package scoring scores answers to RULER's tasks as RULER's own scripts/eval/evaluate.py does (commit
// c3f5e3b), and says what is wrong with a wrong answer.
//
// Glossary:
//
//	prediction  what a model answered
//	references  the answers that a sample's task has
//	metric      how a prediction is compared with its references: RULER's string_match_all or
//	            string_match_part
//	value       the score of one prediction, 0 to 1
//	score       the mean of the values of one task and length, in percent
//	failure     what is wrong with a prediction whose value is less than 1
package scoring
