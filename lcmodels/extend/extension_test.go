package extend

import (
	"fmt"
	"testing"
)

func TestAnExtensionIsReadBackFromItsText(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"none":                          "",
		"dt-scale=0.50":                 "dt-scale=0.5",
		"dt-scale=0.5:1:2":              "dt-scale=0.5:1:2",
		"sinks=4+window=64":             "window=64+sinks=4",
		"rope=pi:4":                     "rope=pi:4",
		"rope=yarn:4.0:2048":            "rope=yarn:4:2048",
		"state-norm=20+a-log-scale=0.9": "a-log-scale=0.9+state-norm=20",
		"calibrated=a/b.json":           "calibrated=a/b.json",
	} {
		e, err := Parse(text)
		if err != nil || e.String() != want {
			t.Errorf("%q is %q, %v; want %q", text, e, err, want)
			continue
		}
		if again, err := Parse(e.String()); err != nil || fmt.Sprint(again) != fmt.Sprint(e) {
			t.Errorf("%q is read back as %v, %v", e, again, err)
		}
		if e.IsZero() != (want == "") {
			t.Errorf("%q: IsZero is %t", text, e.IsZero())
		}
	}
}

func TestTextsThatAreNoExtensionAreRefusedInOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"dt-scal=2":               `unknown intervention "dt-scal"; did you mean "dt-scale"?`,
		"windw":                   `unknown intervention "windw"; did you mean "window"?`,
		"window":                  "window has no value: want window=VALUE",
		"dt-scale=0":              "dt-scale=0: want a factor from 0.001 to 1000",
		"a-scale=NaN":             "a-scale=NaN: want a factor from 0.001 to 1000",
		"decay-scale=1e9":         "decay-scale=1e9: want a factor from 0.001 to 1000",
		"a-log-scale=-1":          "a-log-scale=-1: want a factor from 0.001 to 1000",
		"dt-scale=1:x":            "dt-scale=1:x: want a factor from 0.001 to 1000",
		"dt-scale=2+dt-scale=2":   "dt-scale is there twice",
		"state-norm=NaN":          "state-norm=NaN: want a norm from 1e-06 to 1e+06",
		"state-norm=0":            "state-norm=0: want a norm from 1e-06 to 1e+06",
		"rope=yran:4":             `unknown rope scaling "yran"; did you mean "yarn"?`,
		"rope=yarn":               "rope=yarn: want rope=yarn:FACTOR, or rope=yarn:FACTOR:LENGTH with the length that the model was trained at",
		"rope=yarn:0.5":           "rope=yarn:0.5: want a factor from 1 to 1000",
		"rope=pi:NaN":             "rope=pi:NaN: want a factor from 0.001 to 1000",
		"rope=yarn:2:0":           "the trained length of rope=0: want 1 to 16777216 tokens",
		"window=0":                "window=0: want 1 to 16777216 tokens",
		"sinks=1e9":               "sinks=1e9: want 1 to 16777216 tokens",
		"rope=dynamic:2+window=4": "rope=dynamic and window: a window ends positions from growing, so choose one of them",
		"calibrated=":             "calibrated=: want a calibration's file, without @ in its path",
		"calibrated=f+dt-scale=2": "calibrated holds the factors: leave the others out",
		"dt-scale=2,state-norm=3": "dt-scale=2,state-norm=3: want a factor from 0.001 to 1000",
		"longmamba=4":             `unknown intervention "longmamba"; known: a-log-scale, a-scale, calibrated, decay-scale, dt-scale, rope, sinks, state-norm, window`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("rope=yarn:4:64+window=3+sinks=1+dt-scale=1:2")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(e.String())
		if err != nil || again.String() != e.String() {
			t.Errorf("%q is %q, which is read back as %q, %v", text, e, again, err)
		}
	})
}
