package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"longseq/internal/input"
)

// Connection holds a connection file: where a kernel listens, and the key that signs messages.
type Connection struct {
	Transport       string `json:"transport"` // tcp or ipc
	IP              string `json:"ip"`        // for ipc: the common prefix of the sockets' paths
	ShellPort       int    `json:"shell_port"`
	IOPubPort       int    `json:"iopub_port"`
	StdinPort       int    `json:"stdin_port"`
	ControlPort     int    `json:"control_port"`
	HeartbeatPort   int    `json:"hb_port"`
	Key             string `json:"key"`
	SignatureScheme string `json:"signature_scheme"`
}

// maxConnection is the limit of a connection file in bytes. Jupyter's have some 300.
const maxConnection = 1 << 20

// ReadConnection reads a connection file.
func ReadConnection(path string) (Connection, error) {
	text, err := input.Read(path, maxConnection)
	if err != nil {
		return Connection{}, fmt.Errorf("read connection file: %w", err)
	}
	c, err := parseConnection(text)
	if err != nil {
		return Connection{}, fmt.Errorf("read connection file %s: %w", path, err)
	}
	return c, nil
}

func parseConnection(text []byte) (Connection, error) {
	var c Connection
	if err := json.Unmarshal(text, &c); err != nil {
		return Connection{}, err
	}
	if c.Transport == "" {
		c.Transport = "tcp"
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return Connection{}, fmt.Errorf("transport is %q, want tcp or ipc", c.Transport)
	}
	if c.IP == "" {
		return Connection{}, errors.New("ip is missing: the kernel would listen on all network interfaces")
	}
	for name, port := range map[string]int{"shell_port": c.ShellPort, "iopub_port": c.IOPubPort, "stdin_port": c.StdinPort,
		"control_port": c.ControlPort, "hb_port": c.HeartbeatPort} {
		if port < 1 || port > 65535 {
			return Connection{}, fmt.Errorf("%s is %d, want 1 to 65535", name, port)
		}
	}
	if c.Key != "" && c.SignatureScheme != "" && c.SignatureScheme != "hmac-sha256" {
		return Connection{}, fmt.Errorf("signature_scheme is %q, want hmac-sha256", c.SignatureScheme)
	}
	return c, nil
}

// listen listens on a port.
func (c Connection) listen(port int) (net.Listener, error) {
	if c.Transport == "tcp" {
		l, err := net.Listen("tcp", net.JoinHostPort(c.IP, strconv.Itoa(port)))
		if err != nil {
			return nil, fmt.Errorf("bind port %d: %w", port, err)
		}
		return l, nil
	}
	path := c.IP + "-" + strconv.Itoa(port)
	if old, err := net.Dial("unix", path); err == nil {
		old.Close()
		return nil, fmt.Errorf("bind %s: another process listens there", path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		os.Remove(path) // from a kernel that was killed
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("bind %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("bind %s: %w", path, err)
	}
	return l, nil
}
