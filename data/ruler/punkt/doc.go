// Package punkt splits English text into sentences exactly as nltk.sent_tokenize does: with the Punkt algorithm
// (Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection") and NLTK's trained English
// parameters.
//
// Glossary:
//
//	mark          a full stop, question mark or exclamation mark
//	candidate     a mark that may end a sentence, with the words around it
//	kind          a word in lower case, with numbers as ##number## (a "type" of Kiss & Strunk)
//	abbreviation  a kind whose full stop does not end a sentence
//	collocation   two kinds that a full stop between them does not separate
//	starter       a kind that often begins a sentence
//
// The rules are those of nltk/tokenize/punkt.py of NLTK 3.10. Older versions differ only in text with
// typographic quotes after a full stop. The parameters are those of nltk_data's punkt_tab/english, which Jan
// Strunk trained on text of the Wall Street Journal. They are embedded as the Go module
// github.com/neurosnap/sentences distributes them under the MIT licence, without the one sentence starter
// ("she") that NLTK does not have.
package punkt
