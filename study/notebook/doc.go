// Package notebook shows a study in the cells of a notebook, and as text in a terminal.
//
//	lab := notebook.Open("00-needles")       // where this notebook's models, plans and results lie
//	lab.Sweep("needles.yaml")                // asks what is not in the store yet
//	f, err := lab.Store("needles").LengthFigure(figure.Options{})
//	lab.Figure(f, err, "lengths")            // shows the figure and saves it
//
// A cell that shows something begins with defer display.Flush(). An error ends the cell's program with one line; so
// does an interrupt, and what was finished by then is kept.
package notebook
