package engine

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/kernelsrc/jupyter/display/protocol"
)

// encoded returns what a program sends for these displays.
func encoded(t testing.TB, displays ...protocol.Display) []byte {
	t.Helper()
	if err := protocol.Register(); err != nil {
		t.Fatal(err)
	}
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for _, d := range displays {
		if err := encoder.Encode(d); err != nil {
			t.Fatal(err)
		}
	}
	return stream.Bytes()
}

func TestDisplaysBecomeOutputs(t *testing.T) {
	p := &pipes{shown: &displayIDs{ids: map[string]bool{"old": true}}}
	for _, c := range []struct {
		name string
		sent protocol.Display
		want Display
	}{
		{"text", protocol.Display{Data: map[string]any{"text/plain": "a"}}, Display{Data: map[string]any{"text/plain": "a"}}},
		{"an image", protocol.Display{Data: map[string]any{"image/png": []byte{1, 2}}}, Display{Data: map[string]any{"image/png": "AQI="}}},
		{"what is for the page only", protocol.Display{Data: map[string]any{"gonb/comm_subscribe": protocol.CommSubscription{}}}, Display{Data: map[string]any{}}},
		{"a new block", protocol.Display{Data: map[string]any{"text/plain": "a"}, DisplayID: "new"}, Display{Data: map[string]any{"text/plain": "a"}, ID: "new"}},
		{"a block that was shown", protocol.Display{Data: map[string]any{"text/plain": "a"}, DisplayID: "old"}, Display{Data: map[string]any{"text/plain": "a"}, ID: "old", Update: true}},
		{"nested JSON", protocol.Display{Data: map[string]any{"application/json": map[string]any{"a": []any{1}}}}, Display{Data: map[string]any{"application/json": map[string]any{"a": []any{1}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []Display
			err := receive(bytes.NewReader(encoded(t, c.sent)), func(d protocol.Display) {
				shown, err := p.convert(d)
				if err != nil {
					t.Error(err)
				}
				got = append(got, shown)
			})
			if err != nil || !cmp.Equal(got, []Display{c.want}) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
	if _, err := p.convert(protocol.Display{Data: map[string]any{"application/json": func() {}}}); err == nil {
		t.Error("what JSON cannot hold is let through")
	}
}

func TestAProgramThatDiesWhileItDisplaysIsNoError(t *testing.T) {
	stream := encoded(t, protocol.Display{Data: map[string]any{"text/plain": "a"}}, protocol.Display{Data: map[string]any{"text/plain": strings.Repeat("b", 100)}})
	for cut := range stream {
		count := 0
		if err := receive(bytes.NewReader(stream[:cut]), func(protocol.Display) { count++ }); err != nil || count > 1 {
			t.Errorf("cut at %d of %d: %d displays, %v", cut, len(stream), count, err)
		}
	}
}

func FuzzDisplayPipe(f *testing.F) {
	f.Add(encoded(f, protocol.Display{Data: map[string]any{"text/plain": "a", "image/png": []byte{1}}, Metadata: map[string]any{"width": 3}, DisplayID: "x"}))
	f.Add(encoded(f, protocol.Display{Data: map[string]any{protocol.CommValueKey: protocol.CommValue{Address: protocol.SyncAddress, Value: 1}}}))
	f.Add(encoded(f, protocol.Display{Data: map[string]any{protocol.InputRequestKey: protocol.InputRequest{Prompt: "?"}}}))
	f.Add(encoded(f, protocol.Display{Data: map[string]any{"application/json": map[string]any{"a": []any{1, "b"}}}}))
	f.Fuzz(func(t *testing.T, stream []byte) {
		p := &pipes{shown: &displayIDs{}}
		receive(bytes.NewReader(stream), func(d protocol.Display) {
			shown, err := p.convert(d)
			if err != nil {
				return
			}
			if _, err := json.Marshal([]any{shown.Data, shown.Metadata, shown.ID}); err != nil {
				t.Errorf("%+v cannot be published: %v", shown, err)
			}
		})
	})
}
