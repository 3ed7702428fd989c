package checkpoint

import (
	"encoding/binary"
	"math"
)

// DType is the type of a tensor's values. The names are those of safetensors.
type DType string

// The types that can be read. All are little-endian.
const (
	Bool DType = "BOOL"
	U8   DType = "U8"
	I8   DType = "I8"
	I16  DType = "I16"
	U16  DType = "U16"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I32  DType = "I32"
	U32  DType = "U32"
	F32  DType = "F32"
	F64  DType = "F64"
	I64  DType = "I64"
	U64  DType = "U64"
)

// dtypes describes the types: the size of a value in bytes, the type's position in safetensors' order of types, and
// the conversion of a value to float32. Safetensors' writer stores tensors of the highest order first, which keeps
// every tensor aligned.
var dtypes = map[DType]struct {
	bytes, order int
	widen        func(b []byte) float32
}{
	Bool: {1, 0, func(b []byte) float32 {
		if b[0] != 0 {
			return 1
		}
		return 0
	}},
	U8:   {1, 1, func(b []byte) float32 { return float32(b[0]) }},
	I8:   {1, 2, func(b []byte) float32 { return float32(int8(b[0])) }},
	I16:  {2, 3, func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) }},
	U16:  {2, 4, func(b []byte) float32 { return float32(binary.LittleEndian.Uint16(b)) }},
	F16:  {2, 5, func(b []byte) float32 { return halfToFloat32(binary.LittleEndian.Uint16(b)) }},
	BF16: {2, 6, func(b []byte) float32 { return bfloat16ToFloat32(binary.LittleEndian.Uint16(b)) }},
	I32:  {4, 7, func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) }},
	U32:  {4, 8, func(b []byte) float32 { return float32(binary.LittleEndian.Uint32(b)) }},
	F32:  {4, 9, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }},
	F64:  {8, 10, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	I64:  {8, 11, func(b []byte) float32 { return float32(int64(binary.LittleEndian.Uint64(b))) }},
	U64:  {8, 12, func(b []byte) float32 { return float32(binary.LittleEndian.Uint64(b)) }},
}

// Bytes returns the size of one value in bytes, 0 for an unknown type.
func (d DType) Bytes() int { return dtypes[d].bytes }

// widen converts little-endian values to float32, rounding where float32 is the narrower type.
func (d DType) widen(values []byte) []float32 {
	info := dtypes[d]
	out := make([]float32, len(values)/info.bytes)
	switch d {
	case F32:
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:]))
		}
	case BF16:
		for i := range out {
			out[i] = bfloat16ToFloat32(binary.LittleEndian.Uint16(values[2*i:]))
		}
	default:
		for i := range out {
			out[i] = info.widen(values[i*info.bytes:])
		}
	}
	return out
}

// bfloat16ToFloat32 is exact: bfloat16 is the upper half of a float32.
func bfloat16ToFloat32(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// halfToFloat32 widens an IEEE 754 binary16, exactly; a NaN keeps its payload.
func halfToFloat32(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero and subnormal: fraction * 2^-24
		const unit = 1.0 / (1 << 24)
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*unit))
	case 0x1f: // infinity and NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
