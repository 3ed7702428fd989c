// Package compare says which models differ, by how much, and how far each reaches, from the scores of samples: of stores, or of files
// that other programs wrote.
//
// The words:
//
//	answer     a score, 0 to 1, of one model to one question, at a depth and in a format
//	question   a sample of a task and length: the same for all models, seeds, depths and formats
//	stratum    a task, length, depth and format; a number pools strata with equal weights
//	scope      what a number is one of: "checkpoint" these trained weights, "architecture" any training by the recipe, which
//	           takes two training seeds at least
//	family     all differences of one comparison: p_family is the p-value among all of them
//
// [Read] reads answers, [Compare] compares. Package stats has the methods with their sources.
package compare
