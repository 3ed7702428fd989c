package machine

import (
	"bytes"
	"strings"
	"testing"

	"longseq/cmd/verbs/session"
	"longseq/lcmodels/selftest"
)

func TestASelftestThatFindsAWrongResultFails(t *testing.T) {
	small, large := 1e-6, 0.5
	right := selftest.Result{Check: "SSD, loop: 130 tokens", Outcome: selftest.Passed, Difference: &small, Limit: 2e-5}
	wrong := selftest.Result{Check: "llama: logits", Outcome: selftest.Failed, Difference: &large, Limit: 1e-4}
	notHere := selftest.Result{Check: "SSD, native", Outcome: selftest.Skipped, Reason: "only XLA on a CPU calls native kernels"}
	var out bytes.Buffer
	s := &session.Session{Out: &out}
	if err := judge(s, "xla:cpu", []selftest.Result{right, notHere}, true); err != nil {
		t.Errorf("without a failure: %v", err)
	}
	err := judge(s, "xla:cpu", []selftest.Result{right, wrong, notHere}, true)
	if err == nil || !strings.Contains(err.Error(), "1 of 3 checks failed, the first is llama: logits") {
		t.Errorf("got %v", err)
	}
	if want := "xla:cpu: 1 passed, 1 failed, 1 skipped\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("prints %q, want %q at the end", out.String(), want)
	}
	out.Reset()
	printCheck(s, wrong)
	if want := "failed   llama: logits                                              5.0e-01 of 1.0e-04\n"; out.String() != want {
		t.Errorf("prints %q, want %q", out.String(), want)
	}
}
