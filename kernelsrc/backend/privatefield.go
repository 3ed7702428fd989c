package backend

import (
	"fmt"
	"reflect"
	"unsafe"
)

// This is the only file that uses unsafe: GoMLX v0.26.0 keeps in private fields what custom operations and custom gradients
// need. Each is checked by name and type.

// private returns the address of a private field. It panics if there is none of that name and type.
func private[T any](object any, name string) *T {
	field := reflect.ValueOf(object).Elem().FieldByName(name)
	if !field.IsValid() || field.Type() != reflect.TypeFor[T]() {
		panic(fmt.Errorf("%T has no field %s of type %s as of GoMLX v0.26.0", object, name, reflect.TypeFor[T]()))
	}
	return (*T)(unsafe.Pointer(field.UnsafeAddr()))
}
