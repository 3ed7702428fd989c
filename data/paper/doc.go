// Package paper holds the numbers of "How Well Can a Long Sequence Model Model Long Sequences?" (Jerry
// Huang, 2024): its 17 tables of scores, and an audit of what does not follow from them.
//
// Glossary:
//
//	score        percent, as printed: rounded to two decimals
//	entry        one printed score with its place in a table
//	average      the last column of a row: the mean of the others
//	aggregate    a score of Table 1: the mean of the 13 tasks of Tables 6 to 18
//	granularity  the step between possible scores, 100 / (samples x answers of a sample)
//	claim        a sentence of the text about a table
//	finding      a printed number or a claim that the tables contradict
//
// An entry of Tables 4 and 6 to 18 is the score of 250 samples, one of Tables 2 and 3 of 750. The paper does
// not say so, but nearly all scores are multiples of what such samples can give ([Report.Count] of
// [Granularity] says how many).
package paper
