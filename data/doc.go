// Package data holds the words that all tasks share.
//
// Glossary:
//
//	task      a way to make samples, such as niah_single_2 or recall
//	sample    one prompt with its reference answers
//	haystack  the text that needles are hidden in
//	needle    a key and its value, of which the key is asked for and the value is the answer
//	length    tokens of the prompt and of the answer's budget together
//	depth     percent of the haystack before the needle, 0 to 100, or AnyDepth
//	distance  tokens between the needle and the question
//	format    kinds of haystack, key and value: essay-word-number
//	reading   one haystack that is read once and asked at many distances
//
// The packages below it make samples: ruler RULER's 13 tasks, recall a task that tiny models learn in
// minutes, synthetic the small tasks by which the field tells sequence models apart. Package corpus has the texts of the haystacks and package paper the paper's tables.
package data
