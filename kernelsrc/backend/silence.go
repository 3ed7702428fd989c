package backend

import (
	"flag"
	"io"
	"os"
	"sync"

	"k8s.io/klog/v2"
)

// silence keeps the logs of GoMLX, go-xla and the plugin off stderr, where a user expects at most one line. Those of the
// plugin, such as that compiling is slow on a busy machine, come back with TF_CPP_MIN_LOG_LEVEL=0.
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

// envPluginLog is the lowest level that XLA's own log prints: 0 information, 3 nothing but what ends the program.
const envPluginLog = "TF_CPP_MIN_LOG_LEVEL"
