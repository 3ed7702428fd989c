package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

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
	if os.Getenv(envFunction) == "die" {
		fmt.Fprintln(os.Stderr, "W0000 00:00:1 device.cc:1] a remark\npanic: no such device\n\ngoroutine 1 [running]:")
		os.Exit(2)
	}
	calls := 0
	Register("remember", func(_ context.Context, _ json.RawMessage, report Report) error {
		calls++
		return report(calls)
	})
	Serve()
	os.Exit(m.Run())
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
