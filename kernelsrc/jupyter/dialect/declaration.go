package dialect

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is a kind of declaration.
type Kind int

// The kinds, in the order in which they stand in a program.
const (
	Import Kind = iota
	Type
	Const
	Var
	Func
)

// String returns the Go keyword of the kind.
func (k Kind) String() string {
	return [...]string{"import", "type", "const", "var", "func"}[k]
}

// Declaration is a declaration of a cell. It may declare several names.
type Declaration struct {
	Kind Kind
	// Names are its keys: a later declaration with the same key replaces it. The key of a method is Type~Name, that of an
	// import the name it has in the file, all others are their names.
	Names []string
	Text  string // complete Go source
	Path  string // of an import: its path

	Cell int // execution count of its cell
	Line int // its first line in that cell, from 1
	// Shift is how many bytes further to the right the first line is in the cell than in Text.
	Shift int

	members []member // of a constant group: positions of its names in Text
}

// member is a name of a constant group: Text[at:at+len(name)].
type member struct {
	name string
	at   int
}

// TestKind is what package testing makes of a function.
type TestKind int

// The kinds of functions.
const (
	NoTest    TestKind = iota
	Test               // run by -test.run: a test, an example or a fuzz target
	Benchmark          // run by -test.bench
	TestMain           // runs the others
)

// TestKind returns what package testing makes of the declaration: its name begins with Test, Benchmark, Fuzz or
// Example, and no lower-case letter follows.
func (d *Declaration) TestKind() TestKind {
	if d.Kind != Func {
		return NoTest
	}
	name := d.Names[0]
	if name == "TestMain" {
		return TestMain
	}
	for _, kind := range []struct {
		prefix string
		kind   TestKind
	}{{"Test", Test}, {"Benchmark", Benchmark}, {"Fuzz", Test}, {"Example", Test}} {
		rest, ok := strings.CutPrefix(name, kind.prefix)
		if first, _ := utf8.DecodeRuneInString(rest); ok && !unicode.IsLower(first) {
			return kind.kind
		}
	}
	return NoTest
}

// ImportName returns the alias of an import, or "" if it has none.
func (d *Declaration) ImportName() string {
	if alias, _, ok := strings.Cut(strings.TrimPrefix(d.Text, "import "), " "); ok {
		return alias
	}
	return ""
}

// without returns the declaration without a name, or nil if nothing is left. A constant group keeps its other members
// and their values; any other declaration is removed as a whole.
func (d *Declaration) without(name string) *Declaration {
	if len(d.members) < 2 {
		return nil
	}
	rest := *d
	rest.Names = slices.DeleteFunc(slices.Clone(d.Names), func(n string) bool { return n == name })
	rest.members = nil
	text, shift := d.Text, 0
	for _, m := range d.members {
		m.at -= shift
		if m.name == name {
			text = text[:m.at] + "_" + text[m.at+len(name):]
			shift += len(name) - 1
			continue
		}
		rest.members = append(rest.members, m)
	}
	rest.Text = text
	return &rest
}

// Set holds the remembered declarations of a notebook. The zero value is empty. A Set is never modified: With and
// Without return new sets.
type Set struct {
	list []*Declaration
}

// With returns the set with more declarations, which replace those with the same keys.
func (s Set) With(added []*Declaration) Set {
	next := s
	for _, d := range added {
		for _, name := range d.Names {
			next, _ = next.drop(d.Kind, name)
		}
	}
	next.list = append(slices.Clone(next.list), added...)
	return next
}

// Without returns the set without the declarations of a key, and their kinds.
func (s Set) Without(name string) (rest Set, found []Kind) {
	rest, imports := s.drop(Import, name)
	rest, others := rest.drop(Func, name)
	for _, d := range append(imports, others...) {
		found = append(found, d.Kind)
	}
	return rest, found
}

// drop returns the set without the declarations of a key, and these. Imports have a namespace of their own. The other
// kinds share one: a type replaces a function of the same name.
func (s Set) drop(kind Kind, name string) (rest Set, dropped []*Declaration) {
	for _, d := range s.list {
		if (d.Kind == Import) != (kind == Import) || !slices.Contains(d.Names, name) {
			rest.list = append(rest.list, d)
			continue
		}
		dropped = append(dropped, d)
		if d = d.without(name); d != nil {
			rest.list = append(rest.list, d)
		}
	}
	return rest, dropped
}

// All returns the declarations of a kind, sorted by key.
func (s Set) All(kind Kind) []*Declaration {
	var all []*Declaration
	for _, d := range s.list {
		if d.Kind == kind {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b *Declaration) int { return strings.Compare(a.Names[0], b.Names[0]) })
	return all
}

// Tests returns the names of the functions that package testing takes for a kind, sorted.
func (s Set) Tests(kind TestKind) []string {
	var names []string
	for _, d := range s.All(Func) {
		if d.TestKind() == kind {
			names = append(names, d.Names[0])
		}
	}
	return names
}

// Names returns the keys of a kind, sorted.
func (s Set) Names(kind Kind) []string {
	var names []string
	for _, d := range s.All(kind) {
		names = append(names, d.Names...)
	}
	slices.Sort(names)
	return names
}

// String returns the kind and the names, as in "var a, b".
func (d *Declaration) String() string {
	return fmt.Sprintf("%v %s", d.Kind, strings.Join(d.Names, ", "))
}
