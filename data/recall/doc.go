// Package recall makes needles that tiny models learn to find in minutes: the needle in a haystack of
// RULER without its language. A needle is `needle KEY VALUE`, a question `query KEY`, its answer the
// value; one word is one token.
//
// Haystacks are essay (a contiguous piece of a text), noise (one sentence repeated) or needles (more
// needles, with keys that are not asked); values are word (one token of 16) or number (three digits).
//
// [Task] makes the samples of one cell, [Retention] asks the same needle at many distances, and
// [Training] makes the rows from which a model learns. All draw from the seed and the sample's number
// alone: neither order nor workers change anything.
package recall

// Version changes whenever any sample changes.
const Version = "1"
