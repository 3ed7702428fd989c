package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
)

// The machine of Python's pickle format (Lib/pickletools.py describes its instructions), as far as
// torch.save uses it. It runs nothing: a name in a file stands for one of the values that the table
// globals lists, or the file is refused. Python's values become
//
//	None, bool, int, float, str   nil, bool, int, float64, string
//	bytes                         []byte
//	tuple, list, dict             tuple, *list, *dict
//	a listed class or function    what the table says

type tuple []any

type list struct{ items []any }

// dict keeps its entries in the order of the file. A later entry of the same key replaces an earlier one.
type dict struct{ keys, values []any }

// constructor is a function that a file may call.
type constructor func(args tuple) (any, error)

// maxSteps is how many instructions a pickle may have; one of a thousand tensors has 50,000.
const maxSteps = 2_000_000

// machine runs one pickle.
type machine struct {
	data []byte
	at   int
	// persistent resolves the persistent ids, which stand for what lies outside the pickle.
	persistent func(id tuple) (any, error)
	stack      []any
	marks      []int
	memo       map[int]any
}

var errPickleEnds = errors.New("ends in the middle")

// unpickle runs the pickle that data begins with; it returns its value and what follows it in data.
func unpickle(data []byte, persistent func(id tuple) (any, error)) (value any, rest []byte, err error) {
	m := &machine{data: data, persistent: persistent, memo: map[int]any{}}
	for range maxSteps {
		at := m.at
		op, err := m.take(1)
		if err == nil && op[0] == '.' {
			if value, err = m.pop(); err == nil {
				return value, data[m.at:], nil
			}
		}
		if err == nil {
			err = m.step(op[0])
		}
		if err != nil {
			return nil, nil, fmt.Errorf("pickle at byte %d: %w", at, err)
		}
	}
	return nil, nil, fmt.Errorf("pickle: more than %d instructions", maxSteps)
}

// step runs one instruction.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		version, err := m.take(1)
		if err == nil && version[0] > 5 {
			err = fmt.Errorf("protocol %d is not known", version[0])
		}
		return err
	case 0x95: // FRAME
		_, err := m.take(8)
		return err
	case '(': // MARK
		m.marks = append(m.marks, len(m.stack))
		return nil
	case '0': // POP
		if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
			m.marks = m.marks[:n-1]
			return nil
		}
		_, err := m.pop()
		return err
	case '1': // POP_MARK
		_, err := m.popMark()
		return err
	case '2': // DUP
		v, err := m.pop()
		if err == nil {
			m.push(v, nil)
			m.push(v, nil)
		}
		return err
	case 'q', 'r', 0x94, 'h', 'j': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
		return m.remember(op)
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return m.global(op)
	case 'Q': // BINPERSID
		id, err := m.pop()
		if err != nil {
			return err
		}
		t, ok := id.(tuple)
		if !ok {
			return errors.New("persistent id is not a tuple")
		}
		return m.push(m.persistent(t))
	case 'R', 'b': // REDUCE, BUILD
		return m.apply(op)
	case ')', 't', 0x85, 0x86, 0x87, ']', '}', 'a', 'e', 's', 'u':
		return m.container(op)
	}
	return m.constant(op)
}

// remember runs the instructions that keep the top of the stack under a number and fetch it again.
func (m *machine) remember(op byte) error {
	key := len(m.memo)
	if op != 0x94 {
		width := 1
		if op == 'r' || op == 'j' {
			width = 4
		}
		b, err := m.take(width)
		if err != nil {
			return err
		}
		key = int(unsigned(b))
	}
	if op == 'h' || op == 'j' {
		v, ok := m.memo[key]
		if !ok {
			return fmt.Errorf("nothing is kept under %d", key)
		}
		return m.push(v, nil)
	}
	v, err := m.pop()
	if err != nil {
		return err
	}
	m.memo[key] = v
	return m.push(v, nil)
}

// global pushes a value of the table by its name, and refuses all other names.
func (m *machine) global(op byte) error {
	var module, name string
	if op == 'c' {
		var parts [2]string
		for i := range parts {
			line, err := m.line()
			if err != nil {
				return err
			}
			parts[i] = line
		}
		module, name = parts[0], parts[1]
	} else {
		n, err := m.pop()
		if err != nil {
			return err
		}
		mod, err := m.pop()
		if err != nil {
			return err
		}
		var ok, okay bool
		if name, ok = n.(string); !ok {
			return errors.New("name of a global is not a string")
		}
		if module, okay = mod.(string); !okay {
			return errors.New("module of a global is not a string")
		}
	}
	v, ok := globals[module+"."+name]
	if !ok {
		return fmt.Errorf("refuses %q: only tensors are read, nothing is run", module+"."+name)
	}
	return m.push(v, nil)
}

// apply calls a constructor, or sets attributes, which no value here has: they are dropped.
func (m *machine) apply(op byte) error {
	arg, err := m.pop()
	if err != nil {
		return err
	}
	target, err := m.pop()
	if err != nil {
		return err
	}
	if op == 'b' {
		switch target.(type) {
		case *dict, *view: // _metadata of a state dict; attributes of a Parameter
			return m.push(target, nil)
		}
		return errors.New("sets attributes of something that is no dictionary")
	}
	call, ok := target.(constructor)
	if !ok {
		return errors.New("calls something that is not a function")
	}
	args, ok := arg.(tuple)
	if !ok {
		return errors.New("arguments are not a tuple")
	}
	return m.push(call(args))
}

// container runs the instructions that make and fill tuples, lists and dictionaries.
func (m *machine) container(op byte) error {
	switch op {
	case ')':
		return m.push(tuple{}, nil)
	case ']':
		return m.push(&list{}, nil)
	case '}':
		return m.push(&dict{}, nil)
	case 't':
		items, err := m.popMark()
		return m.push(tuple(items), err)
	case 0x85, 0x86, 0x87:
		items, err := m.popN(int(op - 0x84))
		return m.push(tuple(items), err)
	}
	var items []any
	var err error
	switch op {
	case 'a':
		items, err = m.popN(1)
	case 's':
		items, err = m.popN(2)
	default:
		items, err = m.popMark()
	}
	if err != nil {
		return err
	}
	target, err := m.pop()
	if err != nil {
		return err
	}
	switch into := target.(type) {
	case *list:
		if op == 'a' || op == 'e' {
			into.items = append(into.items, items...)
			return m.push(into, nil)
		}
	case *dict:
		if (op == 's' || op == 'u') && len(items)%2 == 0 {
			for i := 0; i < len(items); i += 2 {
				into.keys, into.values = append(into.keys, items[i]), append(into.values, items[i+1])
			}
			return m.push(into, nil)
		}
	}
	return errors.New("fills something that is not the right kind of container")
}

// take returns the next n bytes of the pickle.
func (m *machine) take(n int) ([]byte, error) {
	if n > len(m.data)-m.at {
		return nil, errPickleEnds
	}
	b := m.data[m.at : m.at+n]
	m.at += n
	return b, nil
}

// line returns the text up to the next newline, which it takes too.
func (m *machine) line() (string, error) {
	n := bytes.IndexByte(m.data[m.at:min(len(m.data), m.at+1000)], '\n')
	if n < 0 {
		return "", errPickleEnds
	}
	b, err := m.take(n + 1)
	return string(b[:n]), err
}

// push puts v on the stack unless err is set.
func (m *machine) push(v any, err error) error {
	if err == nil {
		m.stack = append(m.stack, v)
	}
	return err
}

// pop takes the top of the stack, popN the top n.
func (m *machine) pop() (any, error) {
	items, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

func (m *machine) popN(n int) ([]any, error) {
	floor := 0
	if len(m.marks) > 0 {
		floor = m.marks[len(m.marks)-1]
	}
	if len(m.stack)-floor < n {
		return nil, errors.New("takes more from the stack than is there")
	}
	items := append([]any(nil), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

// popMark takes all above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("no mark on the stack")
	}
	n := len(m.marks) - 1
	items, err := m.popN(len(m.stack) - m.marks[n])
	m.marks = m.marks[:n]
	return items, err
}
