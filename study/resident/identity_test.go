package resident

import "testing"

func TestTheIdentityIsThatOfCodeAndEnvironment(t *testing.T) {
	environ := []string{"HOME=/home/a", "XLA_FLAGS=--x", "TERM=xterm"}
	base := identity("code", environ)
	for _, c := range []struct {
		name    string
		source  string
		environ []string
		same    bool
	}{
		{"other code", "new code", environ, false},
		{"another order", "code", []string{"TERM=xterm", "XLA_FLAGS=--x", "HOME=/home/a"}, true},
		{"a variable that nothing here reads", "code", append(environ, "PAGER=less"), true},
		{"the time to be idle", "code", append(environ, EnvIdle+"=2h"), true},
		{"a backend, which travels with the call", "code", append(environ, "GOMLX_BACKEND=xla:cpu"), true},
		{"a plugin's path", "code", append(environ, "GOMLX_BACKEND=xla:/opt/plugin.so"), false},
		{"the kernels", "code", append(environ, "LONGSEQ_NATIVE=off"), false},
		{"the plugins' folder", "code", append(environ, "PJRT_PLUGIN_LIBRARY_PATH=/opt"), false},
		{"the devices", "code", append(environ, "CUDA_VISIBLE_DEVICES=1"), false},
		{"another value", "code", []string{"HOME=/home/a", "XLA_FLAGS=--y"}, false},
		{"no value", "code", []string{"HOME=/home/a"}, false},
	} {
		if same := identity(c.source, c.environ) == base; same != c.same {
			t.Errorf("%s: same identity %v, want %v", c.name, same, c.same)
		}
	}
}
