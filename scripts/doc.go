// Package scripts tests the scripts that the Makefile calls: step runs a command and reports how long it takes,
// environment installs pinned Python packages, plugin.py the pinned XLA plugin, execute.py runs a notebook, where
// lists its results, and gotest runs the tests and counts those that were skipped.
package scripts
