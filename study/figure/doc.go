// Package figure draws the results of a study: curves with intervals, small multiples and heatmaps, and the
// paper's values in figures of their own.
//
// One function makes one figure. It takes plain values ([Curve], [Panel], [Grid], [FactorGrid], [HeadMap]) and returns a
// [Figure]: the plots, an alt text, a caption, and the drawn numbers as rows for a CSV file. None of these
// functions writes a file. [Render] returns a figure as an SVG, PNG, PDF or CSV file; [Save] writes all four.
//
// The words:
//
//	accuracy  mean score of the samples, percent, 0 to 100
//	length    tokens of the prompt and of the longest answer
//	depth     share of the haystack before the needle, percent: 0 the start, 100 the end
//	distance  tokens between the needle and the question
//	state     bytes that a model carries from one chunk of tokens to the next
//	chance    accuracy of guessing, percent
//	curve     the values of one model over length, depth, distance or state
//	panel     one of several plots with the same axes
//	grid      the values of one model over length and depth, drawn as a heatmap of tiles
//	style     label, colour, marker and dash pattern of an architecture
//	level     which of several variants of an architecture a curve is: of a ramp of its hue, or with a style of its own
//	factor    what variants differ in, as an axis
//	seed      of a training; a curve of several is their mean, with each as a thin line
//
// Architectures have the same style in every figure: the six of longseq from one table, others their own, which
// [Register] sets, or one that is chosen by their name. Widths, text sizes and line widths are those of a
// two-column paper at its final size: do not scale the files.
//
// The same figure always gives the same bytes: files do not hold the time at which they were made, only the
// date of [Provenance].
package figure
