package dialect

import (
	"fmt"
	"slices"
	"strings"
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

// String returns the word by which users know the kind.
func (k Kind) String() string {
	return [...]string{"import", "type", "const", "var", "func"}[k]
}

// Declaration is one definition of a cell, which may define several names.
type Declaration struct {
	Kind Kind
	// Names are its keys: a later declaration of the same kind and key replaces it. Functions go by
	// name, methods by Type~Name, imports by the name they have in the file.
	Names []string
	Text  string // Go source, complete
	Path  string // of an import: the path

	Cell int // execution count of the cell that it stands in
	Line int // its first line in that cell, from 1
	// Shift is how much further to the right the first line stands in the cell than in Text, in bytes.
	Shift int

	members []member // of a constant group: where its names stand in Text
}

// member is a name of a constant group: Text[at:at+len(name)].
type member struct {
	name string
	at   int
}

// isTest reports whether the declaration is a test or a benchmark function.
func (d *Declaration) isTest() bool {
	return d.Kind == Func && (strings.HasPrefix(d.Names[0], "Test") || d.isBenchmark())
}

// isBenchmark reports whether the declaration is a benchmark function.
func (d *Declaration) isBenchmark() bool {
	return d.Kind == Func && strings.HasPrefix(d.Names[0], "Benchmark")
}

// ImportName returns the name by which the file knows an import with an alias, "" without one.
func (d *Declaration) ImportName() string {
	if alias, _, ok := strings.Cut(strings.TrimPrefix(d.Text, "import "), " "); ok {
		return alias
	}
	return ""
}

// without returns the declaration without a name, or nil if nothing is left of it. A constant
// group keeps its other members and their values; any other declaration goes as a whole.
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

// Set is the remembered declarations of a notebook. The zero value is empty. It is a value: With
// and Without return new sets, so that a cell that does not compile changes nothing.
type Set struct {
	list []*Declaration
}

// With returns the set after a cell's declarations, which replace those of the same key.
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

// Without returns the set without a key, and the kinds of the declarations that had it.
func (s Set) Without(name string) (rest Set, found []Kind) {
	rest, imports := s.drop(Import, name)
	rest, others := rest.drop(Func, name)
	for _, d := range append(imports, others...) {
		found = append(found, d.Kind)
	}
	return rest, found
}

// drop removes what has a key, and returns it. Imports have a namespace of their own; all other
// kinds share one, so that a type replaces a function of the same name.
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
