package dialect

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
)

// Fault is a declaration that does not compile together with the others of its set.
type Fault struct {
	Declaration *Declaration
	Text        string // what the type checker says
}

// Faults type-checks all declarations together, as a program that holds every one of them. Imported packages are empty to
// the checker, so it also reports what is taken from them: a fault counts only if it is absent without the last change.
func Faults(all Set) ([]Fault, error) {
	var parts Parts
	parts.Imports = all.All(Import)
	for kind := Type; kind <= Func; kind++ {
		parts.Declarations = append(parts.Declarations, all.All(kind)...)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "main.go", Write(parts).Source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	nodes := declared(file)
	var faults []Fault
	config := types.Config{Importer: &selector{}, Error: func(err error) {
		var found types.Error
		if !errors.As(err, &found) || found.Soft || strings.Contains(found.Msg, "already declared through") {
			return // unused variables and imports; clashes with imports, which are left out where they are unused
		}
		for i, node := range nodes {
			if node.Pos() <= found.Pos && found.Pos < node.End() {
				faults = append(faults, Fault{parts.Declarations[i], found.Msg})
			}
		}
	}}
	config.Check("main", files, []*ast.File{file}, nil) // the errors come one by one, above
	return faults, nil
}

// declared returns the declarations of a file except imports, in order.
func declared(file *ast.File) (nodes []ast.Decl) {
	for _, decl := range file.Decls {
		if general, ok := decl.(*ast.GenDecl); !ok || general.Tok != token.IMPORT {
			nodes = append(nodes, decl)
		}
	}
	return nodes
}
