package resident

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// processVariables are the environment variables, by prefix, that are read once in the life of a process: by this
// module's kernels and plugin search, by XLA and its plugins, by CUDA, by the dynamic linker and by Go.
var processVariables = []string{
	"LONGSEQ_", "GOMLX_", "PJRT_", "XLA_", "TF_", "CUDA_", "NVIDIA_", "NCCL_", "LD_LIBRARY_PATH=", "LD_PRELOAD=",
	"HOME=", "XDG_CACHE_HOME=", "OMP_NUM_THREADS=", "GOMAXPROCS=", "GOMEMLIMIT=", "GODEBUG=",
}

// envBackend is the environment variable that chooses the backend where Options.Backend does not.
const envBackend = "GOMLX_BACKEND"

// isCallVariable reports whether a variable, NAME=VALUE, travels with each call instead. A plugin's path does not: it
// is also where other choices of a backend find their plugin.
func isCallVariable(v string) bool {
	return strings.HasPrefix(v, EnvIdle+"=") || strings.HasPrefix(v, envBackend+"=") && !strings.Contains(v, "/")
}

// identity returns a digest of what a resident process computes with: source, a digest of its code, and those of the
// variables in environ that it reads once.
func identity(source string, environ []string) string {
	var set []string
	for _, v := range environ {
		has := func(prefix string) bool { return strings.HasPrefix(v, prefix) }
		if slices.ContainsFunc(processVariables, has) && !isCallVariable(v) {
			set = append(set, v)
		}
	}
	slices.Sort(set)
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%q %q", source, set)))
}
