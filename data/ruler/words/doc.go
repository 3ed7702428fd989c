// Package words holds the word lists that RULER draws from: wonderwords' nouns, adjectives and verbs
// (MIT licence, mrmaxguns), in two versions, and dwyl's english_words (Unlicense).
package words
