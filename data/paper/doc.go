// Package paper holds the numbers of "How Well Can a Long Sequence Model Model Long Sequences?" (Jerry
// Huang, 2024): its 17 tables of scores, its Table 5 of models, and an audit of what follows from what.
//
// Scores are percent, as printed, rounded to hundredths. A cell of Tables 4 and 6 to 18 stands for 250
// samples, one of Tables 2 and 3 for 750; the paper does not say so, but the scores do: see
// [Report] for how many of them are multiples of what such samples can give.
package paper
