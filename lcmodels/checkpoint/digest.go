package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest identifies the weights, whatever form they are stored in: the SHA-256 of name, type, shape and values
// of every tensor in the order of their names, in hexadecimal. All weights are read, once.
func (c *Checkpoint) Digest() string { return c.digest() }

func (c *Checkpoint) hash() string {
	h := sha256.New()
	for _, name := range c.Names() {
		t := c.tensors[name]
		var head []byte // each part with its length in front, so that no two lists of tensors look alike
		for _, s := range []string{t.Name, string(t.DType)} {
			head = binary.LittleEndian.AppendUint64(head, uint64(len(s)))
			head = append(head, s...)
		}
		head = binary.LittleEndian.AppendUint64(head, uint64(len(t.Shape)))
		for _, d := range t.Shape {
			head = binary.LittleEndian.AppendUint64(head, uint64(d))
		}
		h.Write(head)
		h.Write(t.Bytes())
	}
	return hex.EncodeToString(h.Sum(nil))
}
