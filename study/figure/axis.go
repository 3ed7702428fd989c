package figure

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// An axis is the x axis of a figure: its words, its unit and its scale.
type axis struct {
	label  string
	column string // in the CSV file
	of     string // in a sentence: "against prompt length"
	log    bool
	linear bool // of a factor, from the least to the largest value; neither: 0 to 100
	check  func(x float64) error
	format func(x float64) string                               // one value in a sentence
	ticks  func(low, high float64, room int) plot.ConstantTicks // room: the number of labels that fit
}

var (
	lengthAxis = axis{
		label: "prompt length (tokens)", column: "length", of: "prompt length", log: true,
		check:  positive("length", "tokens"),
		format: func(x float64) string { return tokens(x) + " tokens" },
		ticks:  powersOfTwo,
	}
	distanceAxis = axis{
		label: "tokens between needle and question", column: "distance",
		of: "the number of tokens between needle and question", log: true,
		check:  positive("distance", "tokens"),
		format: func(x float64) string { return tokens(x) + " tokens" },
		ticks:  powersOfTwo,
	}
	depthAxis = axis{
		label: "needle depth (%)", column: "depth", of: "the needle's depth in the haystack",
		check: func(x float64) error {
			if !percent(x) {
				return fmt.Errorf("depth %v; want a percent, 0 to 100", x)
			}
			return nil
		},
		format: func(x float64) string { return "depth " + number(x) + "%" },
		ticks:  func(_, _ float64, room int) plot.ConstantTicks { return quarters(room >= 5) },
	}
	stateAxis = axis{
		label: "size of the state", column: "state_bytes", of: "the size of the state", log: true,
		check:  positive("state", "bytes"),
		format: memory,
		ticks:  decades,
	}
)

// positive returns a check for values on a logarithmic axis.
func positive(what, unit string) func(float64) error {
	return func(x float64) error {
		if !(x > 0) || math.IsInf(x, 1) {
			return fmt.Errorf("%s %v; want %s, more than 0", what, x, unit)
		}
		return nil
	}
}

// tokens formats a number of tokens as papers do: 64, 512, 1k, 2k, 1.5k.
func tokens(x float64) string {
	if x >= 1024 && math.Mod(x, 512) == 0 {
		return number(x/1024) + "k"
	}
	return number(x)
}

// memory formats a number of bytes in decimal units: 512 B, 67 kB, 168 MB.
func memory(x float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	for i, unit := range units {
		if x < 999.5 || i == len(units)-1 {
			return strconv.FormatFloat(x, 'g', 3, 64) + " " + unit
		}
		x /= 1000
	}
	return ""
}

// number formats x with at most two digits after the point.
func number(x float64) string {
	return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
}

// powersOfTwo returns a tick at each power of two from low to high. All have labels where there is room for
// them, else every second or third.
func powersOfTwo(low, high float64, room int) plot.ConstantTicks {
	const slack = 1e-9 // the logarithm of a power of two may be rounded up
	first := int(math.Ceil(math.Log2(low) - slack))
	last := int(math.Floor(math.Log2(high) + slack))
	every := stride(last-first+1, max(room, 2))
	var ticks plot.ConstantTicks
	for k := first; k <= last; k++ {
		x := math.Ldexp(1, k)
		tick := plot.Tick{Value: x}
		if (k-first)%every == 0 {
			tick.Label = tokens(x)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// decades returns ticks for bytes, at the powers of ten. Where the range is short and there is room, 2 and 5
// times these have ticks, too.
func decades(low, high float64, room int) plot.ConstantTicks {
	mantissas := []float64{1}
	if tens := math.Log10(high / low); 3*tens <= float64(max(room, 6))/1.5 {
		mantissas = []float64{1, 2, 5}
	}
	var ticks plot.ConstantTicks
	for k := math.Floor(math.Log10(low)); k <= math.Log10(high); k++ {
		for _, m := range mantissas {
			if x := m * math.Pow(10, k); x >= low && x <= high {
				ticks = append(ticks, plot.Tick{Value: x, Label: memory(x)})
			}
		}
	}
	return ticks
}

// stride returns the smallest step in n labels such that at most room of them are shown.
func stride(n, room int) int { return (n + max(room, 1) - 1) / max(room, 1) }

// quarters returns ticks at 0, 25, 50, 75 and 100, with labels at all of them or at 0, 50 and 100.
func quarters(all bool) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for i := range 5 {
		tick := plot.Tick{Value: float64(25 * i)}
		if all || i%2 == 0 {
			tick.Label = strconv.Itoa(25 * i)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}
