package study

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"
)

// object is a JSON object that is being written, without its closing brace.
type object struct {
	text []byte
	err  error
}

// key adds a key, which needs no escapes, before its value.
func (o *object) key(key string) {
	if o.text[len(o.text)-1] != '{' {
		o.text = append(o.text, ',')
	}
	o.text = append(append(append(o.text, '"'), key...), '"', ':')
}

func (o *object) integer(key string, n int64) {
	o.key(key)
	o.text = strconv.AppendInt(o.text, n, 10)
}

func (o *object) number(key string, x float64) {
	o.key(key)
	o.text, o.err = appendNumber(o.text, x, o.err)
}

func (o *object) string(key, s string) {
	o.key(key)
	o.text, o.err = appendString(o.text, s, o.err)
}

func (o *object) strings(key string, list []string) {
	o.key(key)
	o.text, o.err = appendStrings(o.text, list, o.err)
}

// any adds a value as package json writes it.
func (o *object) any(key string, value any) {
	o.key(key)
	o.text, o.err = appendAny(o.text, value, o.err)
}

// time adds a time as package json writes it.
func (o *object) time(key string, t time.Time) {
	o.key(key)
	if text, err := t.AppendText(append(o.text, '"')); err == nil {
		o.text = append(text, '"')
		return
	}
	o.text, o.err = appendAny(o.text, t, o.err)
}

// knownInteger adds a number unless it is 0, which stands for an unknown one.
func (o *object) knownInteger(key string, n int64) {
	if n != 0 {
		o.integer(key, n)
	}
}

// knownString adds a text unless it is empty, which stands for an unknown one.
func (o *object) knownString(key, s string) {
	if s != "" {
		o.string(key, s)
	}
}

// addExtra adds the keys that this version does not know, in alphabetical order.
func (o *object) addExtra(extra map[string]json.RawMessage) {
	if len(extra) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		name, err := json.Marshal(key)
		o.err = errors.Join(o.err, err)
		o.any(string(name[1:len(name)-1]), extra[key])
	}
}
