package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
)

// constant pushes a constant.
func (m *machine) constant(op byte) error {
	switch op {
	case 'N':
		return m.push(nil, nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		return m.push(op == 0x88, nil)
	case 'K', 'M': // BININT1, BININT2
		b, err := m.take(map[byte]int{'K': 1, 'M': 2}[op])
		return m.push(int(unsigned(b)), err)
	case 'J': // BININT
		b, err := m.take(4)
		return m.push(int(int32(unsigned(b))), err)
	case 0x8a: // LONG1
		return m.long()
	case 'I': // INT, in text
		line, err := m.line()
		if err != nil {
			return err
		}
		v, err := strconv.Atoi(line)
		return m.push(v, err)
	case 'G': // BINFLOAT, big-endian
		b, err := m.take(8)
		if err != nil {
			return err
		}
		return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)), nil)
	case 'X', 'T', 'B': // BINUNICODE, BINSTRING, BINBYTES
		return m.text(4, op == 'B')
	case 0x8c, 'U', 'C': // SHORT_BINUNICODE, SHORT_BINSTRING, SHORT_BINBYTES
		return m.text(1, op == 'C')
	case 0x8d, 0x8e: // BINUNICODE8, BINBYTES8
		return m.text(8, op == 0x8e)
	}
	return fmt.Errorf("instruction %#x is not one that torch.save writes", op)
}

// text pushes a string, or bytes if raw is set, that follows its length of width bytes.
func (m *machine) text(width int, raw bool) error {
	b, err := m.take(width)
	if err != nil {
		return err
	}
	n := unsigned(b)
	if n > uint64(len(m.data)-m.pos) {
		return errTruncated
	}
	b, err = m.take(int(n))
	if raw {
		return m.push(b, err)
	}
	return m.push(string(b), err)
}

// long pushes an integer of up to eight bytes as int, and a longer one, such as the magic number of PyTorch's
// legacy format, as []byte.
func (m *machine) long() error {
	b, err := m.take(1)
	if err != nil {
		return err
	}
	b, err = m.take(int(b[0]))
	if err != nil {
		return err
	}
	switch n := len(b); {
	case n > 8:
		return m.push(b, nil)
	case n == 0:
		return m.push(0, nil)
	default:
		shift := 64 - 8*n
		return m.push(int(int64(unsigned(b)<<shift)>>shift), nil)
	}
}

// unsigned decodes a little-endian integer of up to eight bytes.
func unsigned(b []byte) uint64 {
	var v uint64
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}
