// Package ruler makes the 13 tasks of RULER (Hsieh et al. 2024, "RULER: What's the Real Context Size of
// Your Long-Context Language Models?") byte for byte as its own scripts make them, at any length, and
// scores answers as its own evaluator does.
//
// Glossary:
//
//	task      a row of the table in task.go: a kind of generator with its parameters
//	haystack  the text that needles are hidden in: essay (sentences), noise (one line repeated) or
//	          needle (lines that look like needles)
//	needle    a sentence with a key and a value: "One of the special magic numbers for K is: V."
//	size      what the search varies: words of an essay, lines of noise, words of a list, documents
//	length    tokens of the whole prompt and of the answer's budget together
//	depth     percent of the haystack before a needle, 0 to 100
//	version   Head (NVIDIA/RULER c3f5e3b) or V2024 (2654e9a), whose samples differ
//
// All draws of a task come from one stream, the search for the size included, so the count of every
// probe decides every later sample. That is why the search and even its quirks are RULER's. Where RULER
// would never end, Generate returns a StuckError instead; Options.Fill makes such samples another way.
package ruler
