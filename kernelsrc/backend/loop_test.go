package backend_test

import (
	"testing"

	"longseq/kernelsrc/backend/backendtest"
)

func TestXLAHasLoops(t *testing.T) {
	if err := backendtest.Open(t, "xla:cpu").Loops(); err != nil {
		t.Error(err)
	}
}
