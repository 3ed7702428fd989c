// Package ruler makes the samples of the 13 tasks of RULER (Hsieh et al. 2024, "RULER: What's the Real
// Context Size of Your Long-Context Language Models?") byte for byte as RULER's own scripts make them, at any
// length.
//
// Glossary:
//
//	task      a generator with its parameters, such as niah_single_2
//	haystack  the text that needles are hidden in: essay (sentences), noise (one line, repeated) or needle
//	          (lines that look like needles)
//	needle    a sentence with a key and a value: "One of the special magic numbers for KEY is: VALUE."
//	query     a key that is asked for
//	unit      what the haystack is divided into: sentences or lines
//	size      what the search for a length varies: words of an essay, lines of noise, needles, words of a
//	          list, or documents
//	budget    tokens reserved for the answer
//	length    tokens of the prompt and the budget together
//	depth     percent of the units of the haystack before a needle, 0 to 100
//	version   a commit of RULER: Head (c3f5e3b) or V2024 (2654e9a); their samples differ
//	filled    a sample that is as long as fits, made where RULER makes none
//
// All random numbers of a task come from one stream, including those of the search for the size. The token
// count of each prompt that the search tries decides what is drawn later, so the search must be RULER's in
// every detail. Where RULER would never end, the error is a [StuckError]; [Options.Fill] makes such samples
// another way.
//
// Package texts has the texts that the samples are made of, samplefile writes and reads files of samples, and
// scoring scores answers. Packages pyrandom, pystring, punkt and words do what Python's random and str, NLTK
// and wonderwords do in RULER.
package ruler
