// Package words holds the word lists that RULER draws from: the nouns, adjectives and verbs of wonderwords (MIT
// licence, mrmaxguns) in two versions, and english_words of dwyl (Unlicense).
//
// Glossary:
//
//	All    the sorted words of the three lists of wonderwords, of which common-words tasks draw
//	Pairs  all "adjective-noun", sorted: the keys of needles
package words
