package engine

import (
	"strings"
	"testing"
)

// A log of go build, shortened.
const buildLog = `WORK=/tmp/go-build1
/usr/local/go/pkg/tool/linux_amd64/compile -o $WORK/b001/_pkg_.a -p main -importcfg $WORK/b001/importcfg -pack ./main.go
cat >/tmp/go-build1/b001/importcfg.link << 'EOF' # internal
packagefile gonb_x=/tmp/go-build1/b001/_pkg_.a
packagefile fmt=/cache/aa/aa-d
packagefile longseq/study=/cache/bb/bb-d
EOF
GOROOT='/usr/local/go' /usr/local/go/pkg/tool/linux_amd64/link -o $WORK/b001/exe/a.out -importcfg $WORK/b001/importcfg.link $WORK/b001/_pkg_.a
`

func TestAReplayCountsOnNothingThatIsGone(t *testing.T) {
	r, err := readReplay(buildLog, "/build")
	if err != nil || r.moved || r.packages["longseq/study"] != "/cache/bb/bb-d" || r.packages["gonb_x"] != "/build/main.a" {
		t.Fatalf("%+v, %v", r, err)
	}
	// A package that this build compiled is in go build's work folder, which it removes.
	fresh := strings.Replace(buildLog, "/cache/bb/bb-d", "/tmp/go-build1/b203/_pkg_.a", 1)
	if r, err := readReplay(fresh, "/build"); err != nil || !r.moved || r.packages["longseq/study"] != "" {
		t.Errorf("%+v, %v", r, err)
	}
}
