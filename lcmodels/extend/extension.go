package extend

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"longseq/internal/nearmiss"
)

// The names of interventions, in the order in which String lists them.
const (
	DtScale    = "dt-scale"
	AScale     = "a-scale"
	ALogScale  = "a-log-scale"
	DecayScale = "decay-scale"
	StateNorm  = "state-norm"
	RopeScale  = "rope"
	Window     = "window"
	Sinks      = "sinks"
	// Calibrated stands for the factors in a file: see Calibration.
	Calibrated = "calibrated"
)

var names = []string{DtScale, AScale, ALogScale, DecayScale, StateNorm, RopeScale, Window, Sinks, Calibrated}

// The ranges of values, so that a mistyped one is an error.
const (
	minFactor  = 1e-3
	maxFactor  = 1e3
	maxNorm    = 1e6
	maxKeys    = 1 << 24 // tokens
	maxFactors = 4096    // layers
)

// An Extension says what is done to a model so that it reads further. The zero value is nothing.
type Extension struct {
	// DtScale, AScale, ALogScale and DecayScale multiply what their names say.
	DtScale, AScale, ALogScale, DecayScale Factors
	// StateNorm is the largest Frobenius norm of a head's state; 0: any.
	StateNorm float64
	// Rope scales rotary positions; its zero value does not.
	Rope Rope
	// Window is how many keys a query of an attention layer sees, itself included; 0: what the model has.
	Window int
	// Sinks is how many keys at the start of a sequence a query sees beside its window.
	Sinks int
	// File holds factors that replace those above: see Calibration.
	File string
}

// Factors multiply a quantity of each layer that has it: nil for none, one for all layers, or one for each, in order.
type Factors []float64

// At is the factor of a layer.
func (f Factors) At(layer int) float64 {
	switch len(f) {
	case 0:
		return 1
	case 1:
		return f[0]
	}
	return f[layer]
}

// Spread lists a factor for each of a model's layers, of which those given have the quantity; that of others is 1. Factors
// that are as many as neither 1 nor the given layers are an error.
func (f Factors) Spread(name string, layers []int, total int) (Factors, error) {
	if len(f) < 2 {
		return f, nil
	}
	if len(f) != len(layers) {
		return nil, fmt.Errorf("%s has %d factors: want 1, or one for each of the %d layers that have it", name, len(f), len(layers))
	}
	all := slices.Repeat(Factors{1}, total)
	for i, layer := range layers {
		all[layer] = f[i]
	}
	return all, nil
}

func (f Factors) String() string {
	parts := make([]string, len(f))
	for i, v := range f {
		parts[i] = number(v)
	}
	return strings.Join(parts, ":")
}

// IsZero says whether the extension does nothing.
func (e Extension) IsZero() bool { return len(e.parts()) == 0 }

// Names lists the interventions that the extension consists of.
func (e Extension) Names() []string {
	var all []string
	for _, p := range e.parts() {
		all = append(all, p[0])
	}
	return all
}

// parts lists the names and values.
func (e Extension) parts() [][2]string {
	var all [][2]string
	add := func(name, value string, is bool) {
		if is {
			all = append(all, [2]string{name, value})
		}
	}
	add(DtScale, e.DtScale.String(), len(e.DtScale) > 0)
	add(AScale, e.AScale.String(), len(e.AScale) > 0)
	add(ALogScale, e.ALogScale.String(), len(e.ALogScale) > 0)
	add(DecayScale, e.DecayScale.String(), len(e.DecayScale) > 0)
	add(StateNorm, number(e.StateNorm), e.StateNorm > 0)
	add(RopeScale, e.Rope.short(), e.Rope.Type != "")
	add(Window, strconv.Itoa(e.Window), e.Window > 0)
	add(Sinks, strconv.Itoa(e.Sinks), e.Sinks > 0)
	add(Calibrated, e.File, e.File != "")
	return all
}

// String is the text from which Parse reads the extension; "" for the zero value.
func (e Extension) String() string {
	var all []string
	for _, p := range e.parts() {
		all = append(all, p[0]+"="+p[1])
	}
	return strings.Join(all, "+")
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// None is the text of the zero value where a list of extensions has one.
const None = "none"

// Parse reads an extension: parts name=value, joined by +. An empty text and None are the zero value. The error is one line
// that names the part.
func Parse(text string) (Extension, error) {
	var e Extension
	if text == "" || text == None {
		return e, nil
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(text, "+") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			if !slices.Contains(names, name) {
				return e, nearmiss.Unknown("intervention", name, names)
			}
			return e, fmt.Errorf("%s has no value: want %s=VALUE", part, part)
		}
		if seen[name] {
			return e, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if err := e.set(name, value); err != nil {
			return e, err
		}
	}
	return e, e.check()
}

func (e *Extension) set(name, value string) (err error) {
	switch name {
	case DtScale:
		e.DtScale, err = parseFactors(name, value)
	case AScale:
		e.AScale, err = parseFactors(name, value)
	case ALogScale:
		e.ALogScale, err = parseFactors(name, value)
	case DecayScale:
		e.DecayScale, err = parseFactors(name, value)
	case StateNorm:
		e.StateNorm, err = strconv.ParseFloat(value, 64)
		if err != nil || !(e.StateNorm >= 1/maxNorm && e.StateNorm <= maxNorm) {
			err = fmt.Errorf("%s=%s: want a norm from %g to %g", name, value, 1/maxNorm, float64(maxNorm))
		}
	case RopeScale:
		e.Rope, err = parseRope(value)
	case Window:
		e.Window, err = parseKeys(name, value)
	case Sinks:
		e.Sinks, err = parseKeys(name, value)
	case Calibrated:
		if e.File = value; value == "" || strings.ContainsAny(value, "@") {
			err = fmt.Errorf("%s=%s: want a calibration's file, without @ in its path", name, value)
		}
	default:
		err = nearmiss.Unknown("intervention", name, names)
	}
	return err
}

// check refuses parts that exclude each other.
func (e Extension) check() error {
	switch {
	case e.File != "" && len(e.DtScale)+len(e.AScale)+len(e.ALogScale)+len(e.DecayScale) > 0:
		return fmt.Errorf("%s holds the factors: leave the others out", Calibrated)
	case e.Rope.Type == Dynamic && e.Window > 0:
		return fmt.Errorf("rope=dynamic and window: a window ends positions from growing, so choose one of them")
	}
	return nil
}

func parseFactors(name, value string) (Factors, error) {
	parts := strings.Split(value, ":")
	if len(parts) > maxFactors {
		return nil, fmt.Errorf("%s has %d factors: want at most %d", name, len(parts), maxFactors)
	}
	var f Factors
	for _, part := range parts {
		v, err := parseFactor(part)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", name, value, err)
		}
		f = append(f, v)
	}
	return f, nil
}

func parseFactor(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !isFactor(v) {
		return 0, fmt.Errorf("want a factor from %g to %g", minFactor, float64(maxFactor))
	}
	return v, nil
}

func isFactor(v float64) bool { return v >= minFactor && v <= maxFactor }

func parseKeys(name, value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxKeys {
		return 0, fmt.Errorf("%s=%s: want 1 to %d tokens", name, value, maxKeys)
	}
	return n, nil
}
