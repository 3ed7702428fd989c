package backend_test

import (
	"testing"
)

func TestXLAHasLoops(t *testing.T) {
	if err := open(t, "xla:cpu").Loops(); err != nil {
		t.Error(err)
	}
}
