package backend

import (
	"slices"
	"testing"
)

func TestGPUsAreThoseThatAreVisible(t *testing.T) {
	files := []string{"/dev/nvidia0", "/dev/nvidia3", "/dev/nvidia4"}
	for _, c := range []struct {
		visible    string
		restricted bool
		want       []string
	}{
		{"", false, []string{"0", "1", "2"}},
		{"2,0", true, []string{"2", "0"}},
		{" GPU-8f1c , 1", true, []string{"GPU-8f1c", "1"}},
		{"0,-1,2", true, []string{"0"}}, // CUDA stops at an invalid one
		{"", true, nil},
		{"void", true, nil},
	} {
		if got := gpus(files, c.visible, c.restricted); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.visible, got, c.want)
		}
	}
	if got := gpus(nil, "0,1", true); got != nil {
		t.Errorf("without devices: %q", got)
	}
}
