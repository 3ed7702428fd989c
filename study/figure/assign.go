package figure

import (
	"fmt"
	"hash/fnv"
	"image/color"
	"math"
	"slices"
	"sync"
)

var registered struct {
	sync.RWMutex
	styles map[string]Style
}

// Register gives an architecture that does not come with longseq a style of its own. The package that defines it
// may call Register in its init function. Fields of the style that are not set are chosen by the architecture's
// name, as they are for one that was not registered: a colour, marker and dash pattern that none of the six
// architectures has, nor any other of the same figure while there are spare ones, which are eight. A name gets the
// same ones in every figure, unless a figure has another such architecture of an earlier name that takes them.
//
// A second call for the same name replaces the first. An empty name, one of the six, a colour that is not opaque
// and a marker that cannot be drawn are mistakes of the program: Register panics.
func Register(architecture string, s Style) {
	fail := func(format string, args ...any) {
		panic(fmt.Sprintf("figure: Register %q: ", architecture) + fmt.Sprintf(format, args...))
	}
	if architecture == "" {
		fail("the name is empty")
	}
	if _, ok := styles[architecture]; ok {
		fail("it is one of the six, whose styles do not change")
	}
	if s.Color != (color.RGBA{}) && s.Color.A != 0xff {
		fail("the colour's alpha is %d; want 255, opaque", s.Color.A)
	}
	if n := len(s.Marker); n == 1 || n == 2 {
		fail("the marker has %d corners; want at least 3, or 0 for a circle", n)
	}
	for _, corner := range s.Marker {
		if r := math.Hypot(corner.X.Points(), corner.Y.Points()); !(r <= maxCorner) {
			fail("a corner of the marker is %.3g from its centre; want at most %v", r, maxCorner)
		}
	}
	registered.Lock()
	defer registered.Unlock()
	if registered.styles == nil {
		registered.styles = map[string]Style{}
	}
	registered.styles[architecture] = s
}

// ownStyle returns the style that the architecture has or was registered with.
func ownStyle(architecture string) Style {
	if s, ok := styles[architecture]; ok {
		return s
	}
	registered.RLock()
	defer registered.RUnlock()
	return registered.styles[architecture]
}

// label returns the reader's name of the model with that name and architecture.
func label(name, architecture string) string {
	if name != "" {
		return name
	}
	if own := ownStyle(architecture).Label; own != "" {
		return own
	}
	return architecture
}

// labels returns the reader's names of the curves' models.
func labels(curves []Curve) []string {
	out := make([]string, len(curves))
	for i, c := range curves {
		out[i] = label(c.Name, c.Architecture)
	}
	return out
}

// Label returns the reader's name of an architecture.
func Label(architecture string) string { return label("", architecture) }

// A curveStyle is the style of one curve. The second and later models of one architecture have its colour and
// a hollow marker, so that two sizes of a family differ; variants differ as their [Level] says.
type curveStyle struct {
	Style
	hollow bool
}

// stylesOf returns the style of each curve of each panel of a figure. A model has the same one in all panels.
func stylesOf(panels []Panel) [][]curveStyle {
	type model struct {
		name  string
		again int // curves of the same name and architecture before it in its panel
	}
	models := map[string][]model{} // of each architecture, in order of first appearance
	architectures := map[string]Style{}
	for _, panel := range panels {
		for _, c := range panel.Curves {
			architectures[c.Architecture] = ownStyle(c.Architecture)
			if name := c.variant(); name != "" {
				architectures[name] = Style{}
			}
		}
	}
	complete(architectures)
	out := make([][]curveStyle, len(panels))
	for i, panel := range panels {
		seen := map[[2]string]int{}
		for _, c := range panel.Curves {
			key := [2]string{c.Architecture, c.Name}
			m := model{c.Name, seen[key]}
			seen[key]++
			if !slices.Contains(models[c.Architecture], m) {
				models[c.Architecture] = append(models[c.Architecture], m)
			}
			s := curveStyle{architectures[c.Architecture], m != models[c.Architecture][0]}
			if name := c.variant(); name != "" {
				s = curveStyle{Style: architectures[name]}
			} else if c.Level.Of > 0 {
				s = c.Level.style(architectures[c.Architecture])
			}
			s.Label = label(c.Name, c.Architecture)
			out[i] = append(out[i], s)
		}
	}
	return out
}

// complete sets the missing fields of the styles of a figure's architectures. In alphabetical order, each takes
// the first free spare from the one on that its name's hash chooses.
func complete(architectures map[string]Style) {
	var names []string
	taken := make([]bool, len(spares))
	for name, own := range architectures {
		for i, spare := range spares {
			taken[i] = taken[i] || spare.Color == own.Color
		}
		if own.Color == (color.RGBA{}) || own.Marker == nil || own.Dash == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		s := mixedSpare(i)
		for k := range spares {
			if at := (hash(name) + k) % len(spares); !taken[at] {
				s, taken[at] = spares[at], true
				break
			}
		}
		own := architectures[name]
		if own.Color == (color.RGBA{}) {
			own.Color = s.Color
		}
		if own.Marker == nil {
			own.Marker = s.Marker
		}
		if own.Dash == nil {
			own.Dash = s.Dash
		}
		architectures[name] = own
	}
}

// mixedSpare returns a style for the i-th architecture without one when all spares are taken: the colour of
// one spare with the marker and dash pattern of another, so that no two of the first 56 are the same.
func mixedSpare(i int) Style {
	n := len(spares)
	other := spares[(i+1+i/n)%n]
	return Style{"", spares[i%n].Color, other.Marker, other.Dash}
}

// hash returns a number that depends on the name alone (FNV-1a).
func hash(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32() & math.MaxInt32)
}
