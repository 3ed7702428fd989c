//go:build !(darwin || linux || freebsd || netbsd || openbsd)

package hub

import "context"

// lock does nothing where files have no advisory locks.
func (c *Client) lock(context.Context, string, string) (unlock func(), err error) {
	return func() {}, nil
}
