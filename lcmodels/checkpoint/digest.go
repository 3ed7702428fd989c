package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest returns the SHA-256 of the name, type, shape and values of every tensor, in the order of their names, in
// hexadecimal. It does not depend on the file format. The first call reads all weights.
func (c *Checkpoint) Digest() string { return c.digest() }

func (c *Checkpoint) hash() string {
	h := sha256.New()
	for _, name := range c.Names() {
		t := c.tensors[name]
		var head []byte // each part is preceded by its length, so that different lists of tensors give different bytes
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
