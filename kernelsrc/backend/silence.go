package backend

import (
	"flag"
	"io"
	"os"
	"sync"

	"k8s.io/klog/v2"
)

// envPluginLog is the lowest level of XLA's own log messages: 0 information, 3 fatal errors.
const envPluginLog = "TF_CPP_MIN_LOG_LEVEL"

// silence keeps the logs of GoMLX, go-xla and the plugin off standard error, where a user expects one line at most.
// TF_CPP_MIN_LOG_LEVEL=0 brings those of the plugin back (that compiling is slow on a busy machine, say).
var silence = sync.OnceFunc(func() {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	_ = flags.Set("logtostderr", "false")
	_ = flags.Set("stderrthreshold", "FATAL")
	klog.SetOutput(io.Discard)
	if _, chosen := os.LookupEnv(envPluginLog); !chosen {
		_ = os.Setenv(envPluginLog, "3")
	}
})
