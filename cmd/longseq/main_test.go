package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"longseq": main}) }

// The modules that a program was built from are known to its main package's test alone.
func TestTheProgramKnowsWhatItWasBuiltFrom(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
