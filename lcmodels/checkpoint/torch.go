package checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// torch.save writes a pickle. A tensor in it is a call of torch._utils._rebuild_tensor_v2 with a storage, given by a
// persistent id, and the offset, size and strides of the view.

// storage is a run of values of one type. Its bytes are outside the pickle.
type storage struct {
	dtype DType
	size  int // values
	data  []byte
}

// view is a tensor as the pickle describes it.
type view struct {
	storage        *storage
	offset         int
	shape, strides []int
}

// globals are the classes and functions that a file may name. A storage class is represented by its DType.
var globals = map[string]any{
	"collections.OrderedDict":         constructor(orderedDict),
	"torch._utils._rebuild_tensor_v2": constructor(rebuildTensor),
	"torch._utils._rebuild_parameter": constructor(rebuildParameter),
	"torch.DoubleStorage":             F64,
	"torch.FloatStorage":              F32,
	"torch.HalfStorage":               F16,
	"torch.BFloat16Storage":           BF16,
	"torch.LongStorage":               I64,
	"torch.IntStorage":                I32,
	"torch.ShortStorage":              I16,
	"torch.CharStorage":               I8,
	"torch.ByteStorage":               U8,
	"torch.BoolStorage":               Bool,
}

// orderedDict makes a dictionary: empty, as Python 3 writes it, or of a list of pairs, as Python 2 does.
func orderedDict(args tuple) (any, error) {
	d := &dict{}
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok || len(args) != 1 {
		return nil, errors.New("OrderedDict: takes nothing or a list of pairs")
	}
	for _, item := range pairs.items {
		pair, ok := item.(tuple)
		if l, isList := item.(*list); isList {
			pair, ok = l.items, true
		}
		if !ok || len(pair) != 2 {
			return nil, errors.New("OrderedDict: takes nothing or a list of pairs")
		}
		d.keys, d.values = append(d.keys, pair[0]), append(d.values, pair[1])
	}
	return d, nil
}

// rebuildTensor is _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks). Newer versions of PyTorch
// add metadata.
func rebuildTensor(args tuple) (any, error) {
	if len(args) != 6 && len(args) != 7 {
		return nil, fmt.Errorf("_rebuild_tensor_v2: %d arguments, wants 6 or 7", len(args))
	}
	s, isStorage := args[0].(*storage)
	offset, isInt := args[1].(int)
	shape, isShape := integers(args[2])
	strides, isStrides := integers(args[3])
	if !isStorage || !isInt || !isShape || !isStrides {
		return nil, errors.New("_rebuild_tensor_v2: wants a storage, an offset, a size and strides")
	}
	return &view{storage: s, offset: offset, shape: shape, strides: strides}, nil
}

// rebuildParameter is _rebuild_parameter(tensor, requires_grad, hooks).
func rebuildParameter(args tuple) (any, error) {
	if len(args) == 3 {
		if v, ok := args[0].(*view); ok {
			return v, nil
		}
	}
	return nil, errors.New("_rebuild_parameter: wants a tensor, requires_grad and hooks")
}

// integers returns the items of a tuple of integers.
func integers(v any) ([]int, bool) {
	t, ok := v.(tuple)
	out := make([]int, len(t))
	for i, x := range t {
		n, isInt := x.(int)
		if !isInt {
			return nil, false
		}
		out[i] = n
	}
	return out, ok
}

// parseStorageID parses the persistent id ("storage", class, key, location, number of values). Legacy files have a
// sixth item, a view of the storage, which must be None.
func parseStorageID(id tuple) (key string, s *storage, err error) {
	if len(id) != 5 && (len(id) != 6 || id[5] != nil) || id[0] != "storage" {
		return "", nil, errors.New("persistent id is not that of a storage")
	}
	dtype, isClass := id[1].(DType)
	key, isKey := id[2].(string)
	size, isInt := id[4].(int)
	if !isClass || !isKey || !isInt || size < 0 || size > math.MaxInt/8 {
		return "", nil, errors.New("persistent id is not that of a storage")
	}
	return key, &storage{dtype: dtype, size: size}, nil
}

// stateDict returns the tensors of an object that torch.save wrote. In training checkpoints the state dict is nested
// in other dictionaries; of several, the one under a usual name is taken.
func stateDict(root any) ([]Tensor, error) {
	top, ok := root.(*dict)
	if !ok {
		return nil, errors.New("is not a dictionary of tensors")
	}
	found, err := findTensors(top, 0)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, errors.New("has no tensors")
	}
	named := make(map[string]*view)
	for i, v := range found.values {
		if v, ok := v.(*view); ok {
			name, isString := found.keys[i].(string)
			if !isString {
				return nil, errors.New("has a tensor whose name is not a string")
			}
			named[name] = v
		}
	}
	tensors := make([]Tensor, 0, len(named))
	for _, name := range slices.Sorted(maps.Keys(named)) {
		v := named[name]
		t := Tensor{Name: name, DType: v.storage.dtype, Shape: v.shape, storage: v.storage.data, offset: v.offset, strides: v.strides}
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// maxNesting is the depth to which dictionaries are searched for tensors.
const maxNesting = 4

// findTensors returns the dictionary that has tensors as values: d, or one nested in it, or nil if there is none.
func findTensors(d *dict, depth int) (*dict, error) {
	if slices.ContainsFunc(d.values, func(v any) bool { _, ok := v.(*view); return ok }) {
		return d, nil
	}
	if depth == maxNesting {
		return nil, nil
	}
	below := make(map[string]*dict)
	for i, v := range d.values {
		inner, isDict := v.(*dict)
		name, isString := d.keys[i].(string)
		if !isDict || !isString {
			continue
		}
		found, err := findTensors(inner, depth+1)
		if err != nil {
			return nil, err
		}
		if found != nil {
			below[name] = found
		}
	}
	for _, usual := range []string{"state_dict", "model_state_dict", "model", "module"} {
		if below[usual] != nil {
			return below[usual], nil
		}
	}
	names := slices.Sorted(maps.Keys(below))
	if len(names) > 1 {
		return nil, fmt.Errorf("has several dictionaries of tensors: %q", names)
	}
	if len(names) == 1 {
		return below[names[0]], nil
	}
	return nil, nil
}
