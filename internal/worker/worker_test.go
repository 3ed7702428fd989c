package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// noServe makes the test binary a program whose main serves no calls; it prints why it cannot start a worker.
const noServe = "WORKER_TEST_NO_SERVE"

func TestMain(m *testing.M) {
	Register("count", func(_ context.Context, argument json.RawMessage, report Report) error {
		var n int
		if err := json.Unmarshal(argument, &n); err != nil {
			return err
		}
		for i := range n {
			if err := report(i); err != nil {
				return err
			}
		}
		return nil
	})
	Register("environment", func(_ context.Context, _ json.RawMessage, report Report) error {
		return report(os.Getenv("CUDA_VISIBLE_DEVICES"))
	})
	Register("fail", func(context.Context, json.RawMessage, Report) error { return errors.New("the disk is full") })
	Register("crash", func(context.Context, json.RawMessage, Report) error {
		fmt.Fprintln(os.Stderr, "something\nbroke\nI0000 00:00:1 client.cc:1] a remark")
		os.Exit(7)
		return nil
	})
	Register("wait", func(ctx context.Context, _ json.RawMessage, report Report) error {
		if err := report("ready"); err != nil {
			return err
		}
		<-ctx.Done()
		if err := report("kept"); err != nil {
			return err
		}
		return ctx.Err()
	})
	if name, _ := startedAs(); name == "die" {
		fmt.Fprintln(os.Stderr, "W0000 00:00:1 device.cc:1] a remark\npanic: no such device\n\ngoroutine 1 [running]:")
		os.Exit(2)
	}
	calls := 0
	Register("remember", func(_ context.Context, _ json.RawMessage, report Report) error {
		calls++
		return report(calls)
	})
	if os.Getenv(noServe) != "" { // as a program whose main does not serve
		_, err := Start("count", Share{})
		fmt.Print(err)
		return
	}
	os.Exit(m.Run()) // which calls flag.Parse
}

func TestEveryJobIsDoneAndItsMessagesArriveInOrder(t *testing.T) {
	var jobs []Job
	for i := range 7 {
		jobs = append(jobs, Job{"count", i})
	}
	got := make([][]int, len(jobs))
	err := Run(t.Context(), jobs, 3, func(i int, m json.RawMessage) error {
		var n int
		if err := json.Unmarshal(m, &n); err != nil {
			return err
		}
		got[i] = append(got[i], n)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, numbers := range got {
		if len(numbers) != i || !slices.IsSorted(numbers) {
			t.Errorf("job %d reported %v", i, numbers)
		}
	}
}

func TestAFailureIsOneLine(t *testing.T) {
	for job, want := range map[string]string{"fail": "the disk is full", "crash": "broke"} {
		err := Run(t.Context(), []Job{{job, nil}}, 1, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", job, err, want)
		}
	}
}

func TestAnInterruptedJobKeepsWhatIsFinished(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var messages []string
	err := Run(ctx, []Job{{"wait", nil}}, 1, func(_ int, m json.RawMessage) error {
		messages = append(messages, string(m))
		if len(messages) == 1 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(messages, []string{`"ready"`, `"kept"`}) {
		t.Errorf("error %v, messages %v", err, messages)
	}
}

func TestAWorkerHasTheVariableOfItsShare(t *testing.T) {
	t.Setenv("CUDA_VISIBLE_DEVICES", "0,1")
	for set, want := range map[string]string{"": `"0,1"`, "CUDA_VISIBLE_DEVICES=1": `"1"`} {
		p, err := Start("environment", Share{Set: set})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Call(t.Context(), nil, func(m json.RawMessage) error {
			if string(m) != want {
				t.Errorf("with %q it has %s, want %s", set, m, want)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A batch system sends its signals to the whole process group: the caller alone decides what they mean.
func TestAWorkerIgnoresSignalsAndIsAskedToEndACall(t *testing.T) {
	p, err := Start("wait", Share{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // the same process serves the next call
		ctx, cancel := context.WithCancel(t.Context())
		var messages []string
		err := p.Call(ctx, nil, func(m json.RawMessage) error {
			if messages = append(messages, string(m)); len(messages) == 1 {
				for _, s := range stopSignals {
					if err := p.cmd.Process.Signal(s); err != nil {
						t.Error(err)
					}
				}
				time.AfterFunc(50*time.Millisecond, cancel)
				if ctx.Err() != nil {
					t.Error("ended too early")
				}
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || ctx.Err() == nil || !slices.Equal(messages, []string{`"ready"`, `"kept"`}) {
			t.Errorf("error %v, messages %v", err, messages)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// The request to end a call may come after its end, or before its beginning.
func TestARequestToEndIsForOneCallAlone(t *testing.T) {
	p, err := Start("remember", Share{})
	if err != nil {
		t.Fatal(err)
	}
	for number := 1; number <= 3; number++ {
		if err := p.Call(t.Context(), nil, nil); err != nil {
			t.Errorf("call %d: %v", number, err)
		}
		if err := p.send(line{Interrupt: number}); err != nil {
			t.Error(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	p, err = Start("wait", Share{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.send(line{Interrupt: 1}); err != nil {
		t.Error(err)
	}
	if err := p.Call(t.Context(), nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was interrupted before it began ended with %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestAWorkerKeepsWhatItHasBetweenCalls(t *testing.T) {
	p, err := Start("remember", Share{})
	if err != nil {
		t.Fatal(err)
	}
	for want := 1; want <= 3; want++ {
		err := p.Call(t.Context(), nil, func(report json.RawMessage) error {
			if string(report) != fmt.Sprint(want) {
				t.Errorf("call %d was number %s to the worker", want, report)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// Before workers were chosen by a flag, a variable that a program inherited could take it over in an init function.
func TestOnlyTheFlagMakesAProcessAWorker(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "LONGSEQ_WORKER=count")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS\n") {
		t.Errorf("a program with LONGSEQ_WORKER set printed %q, %v", out, err)
	}
}

func TestAWorkerWithoutItsFunctionSaysSo(t *testing.T) {
	_, err := exec.Command(os.Args[0], "-"+flagName+"=dance").Output()
	var exit *exec.ExitError
	if want := "serve as worker: this program has no function \"dance\"\n"; !errors.As(err, &exit) || string(exit.Stderr) != want {
		t.Errorf("got %v, %q, want %q", err, exit.Stderr, want)
	}
}

func TestAProgramThatDoesNotServeStartsNoWorkers(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-"+flagName+"=count")
	cmd.Env = append(os.Environ(), noServe+"=1")
	const want = "start worker count: this process was started as a worker, but its main calls neither worker.Main nor flag.Parse first"
	if out, err := cmd.Output(); err != nil || string(out) != want {
		t.Errorf("it printed %q, %v", out, err)
	}
}
