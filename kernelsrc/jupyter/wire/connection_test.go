package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConnectionFiles(t *testing.T) {
	const ports = `"shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5`
	for _, test := range []struct{ name, text, want string }{
		{"as Jupyter writes it", `{"transport":"tcp","ip":"127.0.0.1","key":"k","signature_scheme":"hmac-sha256","kernel_name":"","more":1,` + ports + `}`, ""},
		{"without a transport", `{"ip":"127.0.0.1",` + ports + `}`, ""},
		{"with paths", `{"transport":"ipc","ip":"/tmp/k",` + ports + `}`, ""},
		{"empty", ``, "unexpected end of JSON input"},
		{"without an address", `{` + ports + `}`, "ip is missing"},
		{"without ports", `{"ip":"127.0.0.1"}`, "_port is 0, want 1 to 65535"},
		{"with another transport", `{"transport":"udp","ip":"127.0.0.1",` + ports + `}`, `transport is "udp", want tcp or ipc`},
		{"with another signature", `{"ip":"127.0.0.1","key":"k","signature_scheme":"hmac-md5",` + ports + `}`, `signature_scheme is "hmac-md5", want hmac-sha256`},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "connection.json")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			c, err := ReadConnection(path)
			switch {
			case test.want == "" && (err != nil || c.HeartbeatPort != 5):
				t.Errorf("got %+v, %v", c, err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")):
				t.Errorf("got error %v, want one line with %s", err, test.want)
			}
		})
	}
}
