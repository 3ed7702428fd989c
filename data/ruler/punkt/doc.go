// Package punkt splits English text into sentences exactly as nltk.sent_tokenize does: with the Punkt
// algorithm (Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection") and NLTK's
// trained English parameters.
//
// The rules are those of nltk/tokenize/punkt.py of NLTK 3.10; older versions differ only in text with
// typographic quotes behind a full stop. The numbers are those of nltk_data's punkt_tab/english, which
// were trained by Jan Strunk on Wall Street Journal text and are shipped under the MIT licence in the
// Go module github.com/neurosnap/sentences, here with the one sentence starter ("she") that it has
// beyond NLTK's left out.
package punkt
