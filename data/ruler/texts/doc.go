// Package texts holds the texts that RULER's samples are made of: those built in, or RULER's own from a
// folder of the user's.
//
// Glossary:
//
//	essay      the haystack of sentences: essays by Paul Graham in RULER, Newton's Opticks built in
//	documents  the paragraphs that a question is asked over
//	list       wonderwords' nouns, adjectives and verbs, or dwyl's english_words
//	content    what a file holds, such as "essay" or "squad": the name by which it is looked for
//	table      a file of the Punkt model, which splits the essay into sentences
//
// What a folder lacks of lists and tables is taken from those built in. An essay and questions are taken
// from the folder or not at all, so that samples are never made of other texts than was meant.
package texts
