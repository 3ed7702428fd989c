// Package figure draws what a study found: curves with their intervals,
// small multiples, heatmaps, and the paper's values in panels of their own.
//
// One function makes one figure. Data goes in as plain values ([Curve], [Panel],
// [Grid]); a [Figure] comes out, with its plots, a sentence for those who cannot
// see it (alt text) and the drawn numbers as rows for a CSV file. Nothing in
// these functions writes a file. [Render] turns a figure into the bytes of an
// SVG, PNG or PDF file; [Save] writes all of them side by side.
//
// The words here are the study's:
//
//	accuracy  percent of samples answered rightly, 0 to 100
//	length    tokens of the prompt and the answer's budget
//	depth     percent of the haystack before the needle: 0 first, 100 last
//	distance  tokens between the needle and the question
//	state     bytes that a model carries from one chunk of tokens to the next
//
// Colour, marker and dash belong to the architecture, in one table ([LookOf]),
// and are the same in every figure. Widths, text sizes and line widths are those
// of a two-column paper at its final size: do not scale the files.
//
// The same figure gives the same bytes, always: no file holds the time of its
// making, only the date that [Provenance] names.
package figure
