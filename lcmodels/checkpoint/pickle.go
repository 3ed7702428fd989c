package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
)

// This file interprets the part of Python's pickle format that torch.save writes. CPython's Lib/pickletools.py
// describes the instructions. No code of a file is executed: a class or function must be one of the table globals,
// any other name is an error. Python's values are represented as
//
//	None, bool, int, float, str   nil, bool, int, float64, string
//	bytes                         []byte
//	tuple, list, dict             tuple, *list, *dict
//	a class or function           its entry in globals

type tuple []any

type list struct{ items []any }

// dict holds its entries in the order of the file. Of entries with the same key the last counts.
type dict struct{ keys, values []any }

// constructor is a function that a file may call.
type constructor func(args tuple) (any, error)

// maxSteps limits the instructions of a pickle. The pickle of a thousand tensors has 50,000.
const maxSteps = 2_000_000

// machine is the pickle machine: a stack, marks in it, and a memo of values by number.
type machine struct {
	data []byte
	pos  int // of the next byte in data
	// persistent returns the object of a persistent id, which refers to data outside the pickle.
	persistent func(id tuple) (any, error)
	stack      []any
	marks      []int
	memo       map[int]any
}

var errTruncated = errors.New("unexpected end of data")

// unpickle interprets the pickle at the beginning of data. It returns its value and the bytes after it.
func unpickle(data []byte, persistent func(id tuple) (any, error)) (value any, rest []byte, err error) {
	m := &machine{data: data, persistent: persistent, memo: map[int]any{}}
	for range maxSteps {
		pos := m.pos
		op, err := m.take(1)
		if err == nil && op[0] == '.' {
			if value, err = m.pop(); err == nil {
				return value, data[m.pos:], nil
			}
		}
		if err == nil {
			err = m.step(op[0])
		}
		if err != nil {
			return nil, nil, fmt.Errorf("pickle at byte %d: %w", pos, err)
		}
	}
	return nil, nil, fmt.Errorf("pickle: more than %d instructions", maxSteps)
}

// step executes one instruction of the pickle machine.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		version, err := m.take(1)
		if err == nil && version[0] > 5 {
			err = fmt.Errorf("unknown protocol %d", version[0])
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

// remember executes the instructions that store the top of the stack in the memo and push it again.
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
			return fmt.Errorf("memo %d is empty", key)
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

// global pushes the entry of globals with the given name. Any other name is an error.
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
		return fmt.Errorf("refuses %q: only tensors are read, no code is executed", module+"."+name)
	}
	return m.push(v, nil)
}

// apply calls a constructor (REDUCE) or drops the attributes that the file sets on a value (BUILD).
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
		return errors.New("sets attributes of a value that is neither a dictionary nor a tensor")
	}
	call, ok := target.(constructor)
	if !ok {
		return errors.New("calls a value that is not a function")
	}
	args, ok := arg.(tuple)
	if !ok {
		return errors.New("arguments are not a tuple")
	}
	return m.push(call(args))
}

// container executes the instructions that make and fill tuples, lists and dictionaries.
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
	return errors.New("adds items to a value that cannot hold them")
}

// take returns the next n bytes of the pickle.
func (m *machine) take(n int) ([]byte, error) {
	if n > len(m.data)-m.pos {
		return nil, errTruncated
	}
	b := m.data[m.pos : m.pos+n]
	m.pos += n
	return b, nil
}

// line returns the text up to the next newline and skips the newline.
func (m *machine) line() (string, error) {
	n := bytes.IndexByte(m.data[m.pos:min(len(m.data), m.pos+1000)], '\n')
	if n < 0 {
		return "", errTruncated
	}
	b, err := m.take(n + 1)
	return string(b[:n]), err
}

// push pushes v unless err is set, and returns err.
func (m *machine) push(v any, err error) error {
	if err == nil {
		m.stack = append(m.stack, v)
	}
	return err
}

// pop removes the top of the stack and returns it.
func (m *machine) pop() (any, error) {
	items, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// popN removes the top n values of the stack and returns them, the top last. It does not go below a mark.
func (m *machine) popN(n int) ([]any, error) {
	floor := 0
	if len(m.marks) > 0 {
		floor = m.marks[len(m.marks)-1]
	}
	if len(m.stack)-floor < n {
		return nil, errors.New("pops more values than the stack has")
	}
	items := append([]any(nil), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

// popMark removes the last mark and the values above it, and returns these.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("no mark on the stack")
	}
	n := len(m.marks) - 1
	items, err := m.popN(len(m.stack) - m.marks[n])
	m.marks = m.marks[:n]
	return items, err
}
