// Package scripts holds what the Makefile calls: step says how long a command has run and what is left,
// environment and plugin.py fetch what is pinned, execute.py runs a notebook, where lists its results, gotest runs
// the tests and counts those that were skipped.
package scripts
