package paper

import "fmt"

// A book is tables to check claims on: the paper's, or others in its layout.
type book []Table

// paperBook is the paper's tables.
var paperBook = book(tables)

// entries returns the entries of a table. It panics if there is no such table.
func (b book) entries(number int) []Entry {
	for _, t := range b {
		if t.Number == number {
			return append([]Entry(nil), t.Entries...)
		}
	}
	panic(missing{fmt.Sprintf("no table %d", number)})
}

// printed returns the entry at key. It panics if there is none.
func (b book) printed(key Key) Entry {
	for _, e := range b.entries(key.Table) {
		if e.Model == key.Model && e.Length == key.Length && e.Depth == key.Depth && e.Format == key.Format {
			return e
		}
	}
	panic(missing{fmt.Sprintf("no score at %+v", key)})
}

// missing is what a book panics with where it lacks a number.
type missing struct{ what string }

// ClaimsOn checks the text's claims on other numbers in the layout of the paper's tables, such as those of a reproduction. Claims about
// lengths, depths or formats for which a number is missing are left out.
func ClaimsOn(tables []Table) []Check {
	b := book(tables)
	var checks []Check
	for _, some := range []func() []Check{b.lengthClaims, b.depthClaims, b.formatClaims} {
		func() {
			defer func() {
				if r := recover(); r != nil {
					if _, ok := r.(missing); !ok {
						panic(r)
					}
				}
			}()
			checks = append(checks, some()...)
		}()
	}
	return checks
}
