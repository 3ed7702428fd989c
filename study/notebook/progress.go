package notebook

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
	"longseq/study/training"
)

// Interruptible returns a context that ends when the user interrupts the cell or the command. A second interrupt ends
// the program at once.
func Interruptible() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

// TrainingProgress returns a function for [training.Training.Progress] that shows a bar with the loss and the time left.
func TrainingProgress() func(training.Progress) {
	bar := display.NewProgress("train")
	return func(p training.Progress) {
		if p.Finished == p.All && p.Steps == 0 {
			bar.Done(fmt.Sprintf("%s found trained", count(p.All, "model")))
			return
		}
		if p.Finished == p.All {
			bar.Done(fmt.Sprintf("%s trained in %s", count(p.All, "model"), took(p.Elapsed)))
			return
		}
		bar.Set(p.Fraction, fmt.Sprintf("%s: step %d of %d, loss %.3f nats, %.0f%% right; %d of %d models; %s",
			p.Model, p.Step, p.Steps, p.Loss, 100*p.Accuracy, p.Finished, p.All, left(p.Left)))
	}
}

// SweepProgress returns a function for [study.Sweep.Progress] that shows a bar with the current cell and the time left,
// and in a notebook the sweep's warnings.
func SweepProgress() func(study.Progress) {
	bar := display.NewProgress("sweep")
	return func(p study.Progress) {
		if p.Warning != "" {
			if display.InNotebook() {
				display.Markdown("*" + p.Warning + "*")
			}
			return
		}
		if p.Done == p.Total {
			bar.Done(fmt.Sprintf("%s, %d of them found in the store, in %s", count(p.Total, "sample"), p.Found, took(p.Elapsed)))
			return
		}
		bar.Set(float64(p.Done)/float64(p.Total), fmt.Sprintf("%d of %d samples; %s; %s", p.Done, p.Total, p.Doing, left(p.Left)))
	}
}

func left(d time.Duration) string {
	if d < 0 {
		return "time left not known yet"
	}
	return "about " + took(d) + " left"
}

func took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	text := d.Round(time.Second).String()
	return strings.TrimSuffix(strings.Replace(text, "m", " m ", 1), "s") + " s"
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
