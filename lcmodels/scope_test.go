package lcmodels

import (
	"fmt"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

func ExampleIn() {
	layer := In("backbone.layers", 3)
	fmt.Println(layer.In("mixer"))
	for _, spec := range layer.Weights(Vector("norm.weight", Constant(1), 8), Matrix("mixer.in_proj.weight", 16, 8, 1)) {
		fmt.Println(spec.Name, spec.Dims)
	}
	fmt.Println(In("layers", 0).Weights()) // none
	// Output:
	// backbone.layers.3.mixer
	// backbone.layers.3.norm.weight [8]
	// backbone.layers.3.mixer.in_proj.weight [16 8]
	// []
}

// panics returns what a function panics with.
func panics(f func()) (message string) {
	defer func() { message = fmt.Sprint(recover()) }()
	f()
	return
}

func TestAnArchitectureThatUsesWhatItDoesNotListPanicsWithItsName(t *testing.T) {
	w := &Weights{nodes: map[string]*Node{}}
	chunk := Chunk{State: &Carry{nodes: map[string]*Node{"0.h": nil}}}
	for want, use := range map[string]func(){
		"a weight that it does not list: layers.3.norm.weight": func() { w.In("layers", 3).At("norm.weight") },
		"a weight that it does not list: layers.3.out.weight":  func() { w.In("layers", 3).Linear(nil, "out") },
		"a state that it does not list: 1.h":                   func() { chunk.Layer(1).Get("h", nil) },
		"a state that it does not list: 0.k":                   func() { chunk.Layer(0).Set("k", nil) },
	} {
		if got := panics(use); !strings.HasSuffix(got, want) {
			t.Errorf("panics with %q, want %q", got, want)
		}
	}
}

// windows has layers of local attention.
type windows struct {
	Llama
	of []int
}

func (c windows) LayerState() (specs []StateSpec) {
	for i, window := range c.of {
		specs = append(specs, InLayer(i, WindowState(window, 1, 4)...)...)
	}
	return specs
}

func TestPositionsAreKeptForTheStateThatNeedsThem(t *testing.T) {
	names := func(a Architecture) string {
		var all []string
		for _, s := range StateOf(a) {
			all = append(all, s.Name)
		}
		return strings.Join(all, " ")
	}
	llama := Llama{HiddenSize: 8, NLayers: 1, NHeads: 2}
	if got, want := names(llama), "position slots.used slots.position 0.k 0.v"; got != want {
		t.Errorf("llama carries %s, want %s", got, want)
	}
	if got, want := names(windows{llama, []int{8, 8}}), "position window.position 0.k 0.v 1.k 1.v"; got != want {
		t.Errorf("windows carry %s, want %s", got, want)
	}
	if got := panics(func() { StateOf(windows{llama, []int{8, 9}}) }); !strings.Contains(got, "windows of 8 and 9") {
		t.Errorf("two windows: %s", got)
	}
}
